"""One server of a kind for a whole test run: started when first asked for, stopped however the run ends.

The keeper is a process beside the run. The processes of the run ask it over a socket; its standard input is a pipe
whose other end the leading process holds, and which the kernel closes even after `kill -9`.
"""

import os
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .servers import PATIENCE, TEMPORARY, Server, start_postgres, start_rabbitmq, start_redis

ADDRESS = "CMS_TEST_KEEPER"
STARTERS = {"postgres": start_postgres, "redis": start_redis, "rabbitmq": start_rabbitmq}


@contextmanager
def keeper() -> Iterator[None]:
    """Processes started inside may ask for servers; all of them are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="copydesk-keeper-", dir=TEMPORARY))
    os.environ[ADDRESS] = str(folder / "socket")
    with socketserver.UnixStreamServer(os.environ[ADDRESS], Answer) as door:  # open before the keeper is awake
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, os.environ[ADDRESS], str(door.fileno())],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            pass_fds=[door.fileno()],
            start_new_session=True,  # Ctrl-C is for the run; the keeper cleans up after it
        )
    try:
        yield
    finally:
        process.communicate(timeout=2 * PATIENCE)
        del os.environ[ADDRESS]


def shared_server(kind: str) -> Server:
    """This run's server of that kind; stopping it is the keeper's."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(os.environ[ADDRESS])
        asking.sendall(f"{kind}\n".encode())
        status, answer = asking.makefile().read().split(" ", 1)
    if status != "ok":
        raise RuntimeError(answer)
    return Server(answer, stop=lambda: None)


class Answer(socketserver.StreamRequestHandler):
    servers: dict[str, Server] = {}

    def handle(self) -> None:
        kind = self.rfile.readline().decode().strip()
        try:
            if kind not in self.servers:
                self.servers[kind] = STARTERS[kind]()
            self.wfile.write(f"ok {self.servers[kind].url}".encode())
        except Exception as error:
            self.wfile.write(f"failed {error}".encode())


def main(address: str, door: int) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with socketserver.UnixStreamServer(address, Answer, bind_and_activate=False) as listener:
        listener.socket = socket.socket(fileno=door)
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        try:
            sys.stdin.read()
        finally:
            listener.shutdown()
            for server in Answer.servers.values():
                server.stop()
            shutil.rmtree(Path(address).parent)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
