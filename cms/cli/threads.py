"""gunicorn's worker of threads, which knows when a request came that had to wait for one."""

import contextlib
import time
from socket import MSG_PEEK, socket
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from cms.core.arrival import arrived, is_noted

#: Most requests that end with their head are shorter; of a longer one it is not known when it came.
HEAD_BYTES = 4096


class Worker(ThreadWorker):
    """It knows of kept-alive connections alone: a new one is given to a thread before anything is sent over it."""

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
