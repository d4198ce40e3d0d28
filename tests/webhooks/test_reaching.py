"""Where messages may go: to the public internet alone, at the address that was judged, and for a short time."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from cms.core import outgoing
from cms.core.errors import Invalid
from cms.core.networks import is_public
from cms.core.outgoing import Forbidden, Unreachable
from cms.webhooks.fields import Reach, Wanted, checked
from tests.webhooks.conftest import Receiver

PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"]
NOT_PUBLIC = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1"),
    *("172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7"),
    *("203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::a00:1"),
    *("100::1", "2001::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd12::1"),
    *("fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2606:4700::1%1", "localhost", "", "8.8.8", "0x7f.1"),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_asked(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_public_may_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://localhost/hook", "http://127.1/hook", "http://2130706433/hook", "http://0x7f.0.0.1/hook"),
        *("http://[::1]/hook", "http://[::ffff:127.0.0.1]/hook", "http://0/hook", "http://169.254.169.254/latest"),
    ],
)
def test_however_it_is_spelled_nothing_is_sent_into_our_own_network(url: str) -> None:
    with pytest.raises((Forbidden, Unreachable)) as refusal:
        outgoing.post(url, b"{}", {}, allows=is_public)
    assert isinstance(refusal.value, Forbidden) or "nobody of this name" in refusal.value.sentence


REACH = Reach(https_only=True, private=False)


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.com", "ftp://example.com", "javascript:alert(1)", "https://", "https://[::1", "https://a:0/"),
        *("http://example.com/hook", "https://user:pw@example.com/", "https://@example.com/", "https://example.com/#x"),
        *("https://127.0.0.1/", "https://[fd00::1]/", "https://10.0.0.1:8443/x", "https://bücher.example/"),
        *("https://example.com/a b", "https://example.com/\r\nX: y", "https://example.com/" + "x" * 500),
        *("file:///etc/passwd", "gopher://example.com/", "https://a:99999/"),
    ],
)
def test_an_address_that_cannot_do_is_refused_where_it_is_typed(url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(Wanted(url, ["post.published"]), REACH)
    assert list(refusal.value.fields) == ["url"]


@pytest.mark.parametrize("events", [[], ["post.saved"], ["ping"], ["post.published", "x"]])
def test_kinds_are_those_of_the_list(events: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(Wanted("https://example.com/hook", events), REACH)
    assert list(refusal.value.fields) == ["events"]


def test_one_address_among_several_that_is_not_public_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, ["93.184.216.34", "10.0.0.1"])

    with pytest.raises(Forbidden):
        outgoing.post("http://rebinding.example/", b"{}", {}, allows=is_public)


def test_a_name_that_means_something_else_a_moment_later_gains_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look-up is judged and connected to; whatever a second one would say is never asked for."""
    port = int(receiver.url.rpartition(":")[2].partition("/")[0])
    asked = answers(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])

    answer = outgoing.post(f"http://rebinding.example:{port}/x", b"{}", {}, allows=lambda one: one == "127.0.0.1")

    assert (answer.status, answer.excerpt) == (200, "thank you")
    assert asked == ["rebinding.example"]
    assert receiver.messages[0].headers["host"] == f"rebinding.example:{port}"


def answers(monkeypatch: pytest.MonkeyPatch, *each: list[str]) -> list[str]:
    """What the name service says, one answer after the other; the names that it was asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def say(host: str, port: int, *args: object, **options: object) -> list[object]:
        if not host.endswith(".example"):
            return real(host, port, *args, **options)
        asked.append(host)
        found = each[min(len(asked), len(each)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", say)
    return asked


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.status, receiver.headers = 302, {"Location": receiver.url + "/elsewhere"}

    answer = outgoing.post(receiver.url, b"{}", {}, allows=lambda _one: True)

    assert answer.status == 302
    assert [message.path for message in receiver.messages] == ["/hook"]


def test_of_a_long_answer_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.answer = b"x\x00" * 1_000_000

    answer = outgoing.post(receiver.url, b"{}", {}, allows=lambda _one: True)

    assert answer.excerpt == "x" * (outgoing.MOST_READ // 2)


@pytest.fixture
def dribbler() -> Iterator[str]:
    """Says one letter of its head after the other, for ever."""
    server = socket.create_server(("127.0.0.1", 0))

    def dribble() -> None:
        connection, _address = server.accept()
        with closing(connection):
            try:
                for letter in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000:
                    connection.send(bytes([letter]))
                    time.sleep(0.05)
            except OSError:
                return

    threading.Thread(target=dribble, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    server.close()


def test_whoever_dribbles_is_hung_up_on(dribbler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "WHOLE_SECONDS", 1)
    began = time.monotonic()

    with pytest.raises(Unreachable):
        outgoing.post(dribbler, b"{}", {}, allows=lambda _one: True)

    assert time.monotonic() - began < 10


def test_whoever_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "READ_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(Unreachable) as refusal:
        outgoing.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, allows=lambda _one: True)
    assert "in time" in refusal.value.sentence


def test_what_speaks_no_tls_gets_nothing(receiver: Receiver) -> None:
    with pytest.raises(Unreachable) as refusal:
        outgoing.post(receiver.url.replace("http:", "https:"), b"{}", {}, allows=lambda _one: True)
    assert refusal.value.sentence in ("No safe connection was possible.", "The connection failed.")
    assert receiver.messages == []


def test_the_certificate_has_to_be_that_of_the_name() -> None:
    assert ssl.create_default_context().check_hostname
    assert outgoing._Pinned("example.com", 443, [], secure=True)._context.verify_mode is ssl.CERT_REQUIRED
