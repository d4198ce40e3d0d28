-- wrk asks for the addresses of a file in turn: a path on each line, and an ETag after a tab where there is one.
local asked, turn, threads = {}, 0, 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  for line in io.lines(args[1]) do
    local path, etag = line:match("^([^\t]+)\t?(.*)$")
    local headers = {}
    for name, value in pairs(wrk.headers) do headers[name] = value end
    if etag ~= "" then headers["If-None-Match"] = etag end
    asked[#asked + 1] = wrk.format("GET", path, headers)
  end
  -- The second of the two threads begins in the middle.
  turn = number * math.floor(#asked / 2)
end

function request()
  turn = turn + 1
  return asked[(turn - 1) % #asked + 1]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %.3f %.3f %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
