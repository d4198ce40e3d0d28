"""wrk, asked from a program: how many answers a second, how long they take, and how many are errors."""

import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

SCRIPT = Path(__file__).with_name("paths.lua")
BROWSER = {"Accept-Encoding": "gzip, br, zstd", "User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/145.0"}
THREADS, CONNECTIONS, TIMEOUT_SECONDS = 2, 32, 30
RESULT = re.compile(r"^RESULT (\d+) (\d+) ([\d.]+) ([\d.]+) (\d+) (\d+) (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Target:
    """What is asked for in turn; `etags` beside the paths make it questions that 304 answers.

    What is `kept` somewhere is asked for once before the clock runs.
    """

    base: str
    paths: Sequence[str]
    etags: Sequence[str] = ()
    headers: dict[str, str] = field(default_factory=dict)
    kept: bool = True

    def lines(self) -> str:
        etags = self.etags or [""] * len(self.paths)
        return "".join(f"{path}\t{etag}\n" for path, etag in zip(self.paths, etags, strict=True))


@dataclass(frozen=True)
class Figure:
    """Of one round, or the medians of several; times are milliseconds, `errors` the sum of all rounds."""

    per_second: float
    p50: float
    p99: float
    requests: int
    bytes: float
    errors: int


def ask(target: Target, seconds: int) -> Figure:
    """One round with all connections; an answer above 399 or none is an error."""
    headers = [part for name, value in (BROWSER | target.headers).items() for part in ("-H", f"{name}: {value}")]
    options = [f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", f"{TIMEOUT_SECONDS}s"]
    with tempfile.NamedTemporaryFile("w", suffix=".paths") as paths:
        paths.write(target.lines())
        paths.flush()
        command = ["wrk", *options, *headers, "-s", str(SCRIPT), target.base, "--", paths.name]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return read(told)


def read(told: str) -> Figure:
    """What our script printed at the end of a round."""
    if (found := RESULT.search(told)) is None:
        raise RuntimeError(f"wrk said:\n{told}")
    requests, microseconds, p50, p99, size, refused, broken = (float(text) for text in found.groups())
    return Figure(
        per_second=requests / (microseconds / 1e6),
        p50=p50,
        p99=p99,
        requests=int(requests),
        bytes=size / requests if requests else 0.0,
        errors=int(refused + broken),
    )


def middle(rounds: Sequence[Figure]) -> Figure:
    """The median of each figure, so that one disturbed round does not count."""
    return Figure(
        per_second=median(one.per_second for one in rounds),
        p50=median(one.p50 for one in rounds),
        p99=median(one.p99 for one in rounds),
        requests=sum(one.requests for one in rounds),
        bytes=median(one.bytes for one in rounds),
        errors=sum(one.errors for one in rounds),
    )


def warm(target: Target) -> list[str]:
    """Asks for each address once, over one connection; returns the ETags, and raises where one is not answered."""
    place = urlsplit(target.base)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=60)
    etags = []
    try:
        for path in target.paths:
            connection.request("GET", path, headers=BROWSER | target.headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{target.base}{path} answered {answer.status}.")
            etags.append(answer.getheader("ETag") or "")
    finally:
        connection.close()
    return etags
