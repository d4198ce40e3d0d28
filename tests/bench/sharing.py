"""Processes that share one address, as workers do: each answers with its number.

`python -m tests.bench.sharing COUNT` prints the port and the numbers of the processes; they last as long as its input.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: Asked for this, they end the connection after their answer.
LAST = "/last"


class Handler(BaseHTTPRequestHandler):
    """Keeps connections."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = str(os.getpid()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        if self.path == LAST:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: Any) -> None:
        """Nobody asks."""


@contextmanager
def sharing(count: int) -> Iterator[tuple[str, list[int]]]:
    """Their address and numbers."""
    command = [sys.executable, "-m", "tests.bench.sharing", str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        port, *pids = program.stdout.readline().split()
        try:
            yield f"http://127.0.0.1:{port}", [int(pid) for pid in pids]
        finally:
            program.stdin.close()


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pids = [_begun(server) for _ in range(int(sys.argv[1]))]
    print(server.server_port, *pids, flush=True)
    sys.stdin.read()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _begun(server: ThreadingHTTPServer) -> int:
    pid = os.fork()
    if pid == 0:
        server.serve_forever()
    return pid


if __name__ == "__main__":
    main()
