"""A door before a server: what goes through it is real, and it can be shut as if the server were gone."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

#: A host with its port, or the file of a socket.
Address = tuple[str, int] | str


class Door:
    """Forwards connections from a port of its own while it is open."""

    def __init__(self, target: Address) -> None:
        self._target = target
        self._listener = self._listening(0)
        self.port: int = self._listener.getsockname()[1]
        self._through: list[socket.socket] = []

    def shut(self) -> None:
        """End what goes through, and refuse what comes."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        while self._through:
            with suppress(OSError):
                self._through.pop().shutdown(socket.SHUT_RDWR)

    def open(self) -> None:
        """Under the same address as before."""
        self._listener = self._listening(self.port)

    def cut(self) -> None:
        """End what goes through now, as a server does that is started again."""
        self.shut()
        self.open()

    def _listening(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                inside, _address = listener.accept()
                self._through.append(inside)
                threading.Thread(target=self._carry, args=(inside,), daemon=True).start()

    def _carry(self, inside: socket.socket) -> None:
        with inside, _connected(self._target) as outside:
            there = threading.Thread(target=_pump, args=(inside, outside), daemon=True)
            there.start()
            _pump(outside, inside)
            there.join()


@contextmanager
def door_to(target: Address) -> Iterator[Door]:
    """An open door, shut in the end."""
    door = Door(target)
    try:
        yield door
    finally:
        with suppress(OSError):
            door.shut()


def _connected(target: Address) -> socket.socket:
    if isinstance(target, tuple):
        return socket.create_connection(target)
    file = socket.socket(socket.AF_UNIX)
    file.connect(target)
    return file


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
