"""Asking a program of somebody else's, at an address that somebody typed: it must not lead into our own network.

The name is looked up once, every answer is judged, and the connection goes to the very address that was judged, so that
a name which means something else a moment later gains nothing. Redirects are not followed, and nothing waits for long.
"""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LookUpTimeout
from dataclasses import dataclass
from urllib.parse import urlsplit

from cms.core.i18n import N_

LOOK_UP_SECONDS = 5
CONNECT_SECONDS = 5
READ_SECONDS = 10
#: For all of it, however slowly the other side dribbles.
WHOLE_SECONDS = 20
#: Bytes of an answer that are read; the rest is nobody's business.
MOST_READ = 1024
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Answer:
    """What came back, as far as it was read."""

    status: int
    excerpt: str


class Unreachable(Exception):
    """Nobody answered: a sentence for owners, and what no language changes."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.detail = sentence, detail


class Forbidden(Unreachable):
    """It is an address that nobody may be sent to, however often it is tried."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, allows: Callable[[str], bool]) -> Answer:
    """Send it and read the beginning of the answer. `allows` says which network addresses may be connected to."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    connection = _Pinned(host, port, _looked_up(host, port, allows), secure=parts.scheme == "https")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with _in_words(), connection.in_time():
        connection.request("POST", target, body, dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, _text(answer.read(MOST_READ)))


class _Pinned(http.client.HTTPConnection):
    """Connects to these addresses and to nothing that the name may mean by then; the certificate is the name's."""

    def __init__(self, host: str, port: int, addresses: list[str], *, secure: bool) -> None:
        super().__init__(host, port)
        self.default_port = PORTS["https" if secure else "http"]
        self._addresses = addresses
        self._is_late = False
        self._context = ssl.create_default_context() if secure else None

    def connect(self) -> None:
        plain = self._first_that_answers()
        self.sock = plain
        if self._context is not None:
            self.sock = self._context.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock.settimeout(READ_SECONDS)
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.do_handshake()

    @contextlib.contextmanager
    def in_time(self) -> Iterator[None]:
        """Hang up once it has taken too long, when half an answer may look like a whole one; else at the end."""
        clock = threading.Timer(WHOLE_SECONDS, self._hang_up)
        clock.daemon = True
        clock.start()
        try:
            yield
        finally:
            clock.cancel()
            self.close()
            if self._is_late:
                raise TimeoutError

    def _first_that_answers(self) -> socket.socket:
        failure = OSError("no address")
        for address in self._addresses:
            try:
                return socket.create_connection((address, self.port), CONNECT_SECONDS)
            except OSError as error:
                failure = error
        raise failure

    def _hang_up(self) -> None:
        self._is_late = True
        if self.sock is not None:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def _looked_up(host: str, port: int, allows: Callable[[str], bool]) -> list[str]:
    """Every address of a name; Forbidden where any of them is, since nobody honest mixes the two."""
    looking = ThreadPoolExecutor(1)
    try:
        found = looking.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(LOOK_UP_SECONDS)
    except (OSError, UnicodeError, LookUpTimeout) as error:
        raise Unreachable(N_("There is nobody of this name."), type(error).__name__) from None
    finally:
        looking.shutdown(wait=False)  # the system gives up by itself, later than we do
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not addresses or not all(map(allows, addresses)):
        raise Forbidden(N_("This address lies in a network that is not public. Nothing was sent."))
    return addresses


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """What goes wrong on the way, as one kind of error."""
    try:
        yield
    except ssl.SSLError as error:
        raise Unreachable(N_("No safe connection was possible."), error.reason or type(error).__name__) from None
    except TimeoutError:
        raise Unreachable(N_("There was no answer in time.")) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(N_("The connection failed."), type(error).__name__) from None


def _text(data: bytes) -> str:
    """What can be shown and kept: databases refuse some characters."""
    text = data.decode(errors="replace")
    return "".join(character for character in text if character.isprintable() or character in "\n\t")
