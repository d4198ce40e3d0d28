"""What is kept of a network address."""

import pytest

from cms.comments.senders import Sender

SECRET = "a secret of this installation"


def digest(address: str, secret: str = SECRET) -> str:
    return Sender(address, secret).digest


def test_a_household_of_ipv6_is_one_sender_and_its_neighbour_another() -> None:
    assert digest("2001:db8:1:2::1") == digest("2001:db8:1:2:ffff::9")
    assert digest("2001:db8:1:2::1") != digest("2001:db8:1:3::1")


def test_ipv4_is_the_same_however_it_is_written() -> None:
    assert digest("192.0.2.7") == digest("::ffff:192.0.2.7")
    assert digest("192.0.2.7") != digest("192.0.2.8")


def test_a_digest_says_nothing_without_the_secret() -> None:
    assert digest("192.0.2.7") != digest("192.0.2.7", "another secret")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.0.0/16"),
    ],
)
def test_an_address_lies_in_every_network_around_it(address: str, network: str) -> None:
    assert network in Sender(address, SECRET).networks


@pytest.mark.parametrize("address", ["", "unknown", "not-an-address"])
def test_a_proxy_that_names_nobody_is_one_sender_in_no_network(address: str) -> None:
    assert Sender(address, SECRET).networks == []
    assert len(digest(address)) == 64
