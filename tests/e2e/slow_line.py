"""A slow line to a site: its pages arrive piece by piece, and a browser shows what it has so far."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

#: Bytes of a page that arrive together, and seconds until the next do: a browser paints in between.
PIECE, PAUSE = 400, 0.02
PASSED_ON = ("Content-Type", "Cache-Control", "Content-Security-Policy")


@contextmanager
def slow_line(site: str) -> Iterator[str]:
    """The address of the site at the end of a slow line; what is not a page arrives at once."""

    class Passing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with closing(HTTPConnection(urlsplit(site).netloc)) as line:
                line.request("GET", self.path)
                answer = line.getresponse()
                headers = {name: value for name in PASSED_ON if (value := answer.headers.get(name))}
                body = answer.read()
            with suppress(ConnectionError):  # a browser that leaves reads no further
                self.pass_on(answer.status, headers, body)

        def pass_on(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if not headers.get("Content-Type", "").startswith("text/html"):
                self.wfile.write(body)
                return
            for start in range(0, len(body), PIECE):
                self.wfile.write(body[start : start + PIECE])
                time.sleep(PAUSE)

        def log_message(self, *_arguments: object) -> None:
            """Nothing is printed of what passes."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Passing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
