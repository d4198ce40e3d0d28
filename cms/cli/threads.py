"""gunicorn's worker of threads, which knows when a request came that had to wait for one, and takes its share."""

import contextlib
import time
from socket import MSG_PEEK, socket
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from cms.cli.shares import Shares
from cms.core.arrival import arrived, is_noted

#: Most requests that end with their head are shorter; of a longer one it is not known when it came.
HEAD_BYTES = 4096
#: For which a connection is left to another process that has fewer; it may have its hands full.
OFFER_SECONDS = 0.005
#: Of that, after which one looks whether there still is such a process.
GLANCE_SECONDS = 0.001
#: Made by whoever listens, which loads this module.
SHARES = Shares()


class Worker(ThreadWorker):
    """It knows of kept-alive connections alone: a new one is given to a thread before anything is sent over it."""

    def __init__(self, age: int, *arguments: Any) -> None:
        self._share, self._held = SHARES.of(age), 0
        self._offered: socket | None = None
        self._offered_until = 0.0
        super().__init__(age, *arguments)

    @property
    def nr_conns(self) -> int:
        """The connections it has, which gunicorn counts. Its own count holds, whoever else may have the same place."""
        return self._held

    @nr_conns.setter
    def nr_conns(self, count: int) -> None:
        self._held = self._share.held = count

    def accept(self, listener: socket) -> None:
        if self._share.is_more():
            self._offered, self._offered_until = listener, time.monotonic() + OFFER_SECONDS
            self.set_accept_enabled(False)
        else:
            super().accept(listener)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Gunicorn asks for it in each round; while one is offered, this process looks at none."""
        if not self.alive:
            self._share.leave()
        super().set_accept_enabled(enabled and self._offered is None)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        if self.alive and self.nr_conns < self.worker_connections:
            self._share.look_around()
        else:
            self._share.leave()
        super().wait_for_and_dispatch_events(timeout if self._offered is None else GLANCE_SECONDS)
        self._end_offer()

    def _end_offer(self) -> None:
        """Nobody may have wanted it; whoever took it has left nothing to take. Whoever ends leaves it for good."""
        offered = self._offered
        if offered is not None and self.alive and self._has_waited():
            self._offered = None
            super().accept(offered)

    def _has_waited(self) -> bool:
        return time.monotonic() >= self._offered_until or not self._share.is_more()

    def on_client_socket_readable(self, conn: TConn, client: socket) -> None:
        conn.came_at = time.monotonic_ns() if is_noted() and _has_come(client) else None
        super().on_client_socket_readable(conn, client)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """What is known of this request holds for no other that follows it on the connection."""
        came, conn.came_at = getattr(conn, "came_at", None), None
        with arrived(came) if came is not None else contextlib.nullcontext():
            return super().handle_request(req, conn)


def _has_come(client: socket) -> bool:
    """Whether all of a head lies there: whoever is still sending may have learnt of a change meanwhile."""
    with contextlib.suppress(OSError):  # none that blocks, and of one that was reset the thread will hear
        return b"\r\n\r\n" in client.recv(HEAD_BYTES, MSG_PEEK)
    return False
