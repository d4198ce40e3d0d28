"""Links lead where they say, and pictures and players are our own."""

import pytest

from cms.core.sanitize import sanitize, sanitize_comment
from cms.core.sanitize_urls import own_media, safe_link


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://example.org/a?b=1&c=2#d", "https://example.org/a?b=1&c=2#d"),
        ("mailto:desk@example.org", "mailto:desk@example.org"),
        ("/posts/tide-clock", "/posts/tide-clock"),
        ("#h-notes", "#h-notes"),
        ("?page=2", "?page=2"),
        ("notes/2024.html", "notes/2024.html"),
        (" https://example.org ", "https://example.org"),
        ("//example.org/a", "https://example.org/a"),
        ("javascript:alert(1)", None),
        ("JAVA\tSCRIPT:alert(1)", None),
        ("vbscript:x", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("ftp://example.org", None),
        ("view-source:javascript:x", None),
        ("https://user:pass@example.org/", None),
        ("/\\example.org", None),
        ("\\\\example.org", None),
        ("https:///example.org", None),
        ("http://[evil", None),
    ],
)
def test_a_link_says_where_it_leads_or_goes(address: str, link: str | None) -> None:
    assert safe_link(address) == link


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("/media/ab/cd12/quay.jpg", True),
        ("/media/quay.jpg?w=640", True),
        ("/media/k%C3%BCste.jpg", True),
        ("/media/../admin/logout", False),
        ("/media/%2e%2e/admin", False),
        ("/media/a%2f..%2fb", False),
        ("/media/.git", False),
        ("/mediation/x.jpg", False),
        ("/admin/logout", False),
        ("//example.org/media/x.jpg", False),
        ("https://example.org/media/x.jpg", False),
        ("data:image/png;base64,AA", False),
    ],
)
def test_media_come_from_our_own_library(address: str, ours: bool) -> None:
    assert own_media(address) is ours


def test_a_picture_from_elsewhere_becomes_a_link() -> None:
    assert (
        sanitize('<figure><img src="https://example.org/p/sea.jpg?a=1&copy=2" alt="Sea &amp; sky"></figure>')
        == '<figure><a href="https://example.org/p/sea.jpg?a=1&amp;copy=2">Sea &amp; sky</a></figure>'
    )
    assert sanitize("<img src=https://example.org/p/sea.jpg>") == '<a href="https://example.org/p/sea.jpg">sea.jpg</a>'
    assert sanitize('<a href="/x"><img src="https://example.org/s.jpg" alt="Sea"></a>') == '<a href="/x">Sea</a>'


def test_a_player_for_media_from_elsewhere_becomes_links() -> None:
    html = '<video><source src="https://example.org/a.mp4"><source src="https://example.org/a.ogv">Words</video>'

    assert sanitize(html) == (
        'Words<a href="https://example.org/a.mp4">a.mp4</a><a href="https://example.org/a.ogv">a.ogv</a>'
    )


def test_a_player_has_controls_and_never_starts_by_itself() -> None:
    assert sanitize('<audio autoplay loop src="/media/a.mp3"></audio>') == (
        '<audio src="/media/a.mp3" controls="" preload="metadata"></audio>'
    )


def test_an_editor_may_mark_a_paid_link_and_a_comment_may_not_choose() -> None:
    html = '<a href="https://example.org" rel="SPONSORED opener" target="_blank">x</a>'

    assert sanitize(html) == '<a href="https://example.org" rel="sponsored">x</a>'
    assert sanitize_comment(html) == '<a href="https://example.org" rel="nofollow ugc noopener noreferrer">x</a>'
