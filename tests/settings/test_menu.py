"""What a line of the menu says, for the form that takes it and for the page that shows it."""

import pytest

from cms.settings.menu import parse


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("Sea | /tags/sea", ("Sea", "/tags/sea")),
        ("  A | B|/x ", ("A | B", "/x")),
        ("Shop | https://shop.example/a?b=c", ("Shop", "https://shop.example/a?b=c")),
        ("Shop | http://example.org", ("Shop", "http://example.org")),
        ("Home | /", ("Home", "/")),
        ("", None),
        ("no address", None),
        ("| /x", None),
        ("About | about", None),
        ("About | /a b", None),
        ("About | //evil.example", None),
        ("About | /\\evil.example", None),
        ("About | javascript:alert(1)", None),
        ("About | data:text/html,x", None),
        ("About | https://", None),
        ("About | http://[broken", None),
        ("About | https://me@evil.example/", None),
    ],
)
def test_a_line_has_words_and_an_address_or_is_none(line: str, entry: tuple[str, str] | None) -> None:
    assert parse(line) == entry
