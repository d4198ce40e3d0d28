"""Single cards, addresses and links of a Ghost export."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from cms.importers.ghost.body import to_body
from cms.importers.ghost.cards import card_html
from cms.importers.ghost.files import Shown
from cms.importers.ghost.koenig import without_gated
from cms.importers.ghost.paths import Permalink
from cms.importers.loading import load
from cms.importers.parsed import ItemKind, Notebook
from tests.conftest import NOON
from tests.importers.ghosts import export, post
from tests.importers.sites import post_of

DATED = "/:year/:month/:day/:slug/"


def body(html: str, notebook: Notebook | None = None, shown: Shown | None = None) -> str:
    return to_body(html, item_id="1", shown=shown or Shown(), notebook=notebook or Notebook()).markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        (
            '<figure class="kg-card kg-video-card"><div class="kg-video-container"><video src="/content/media/a.mp4">'
            '</video><span class="kg-video-duration">0:12</span></div><figcaption>Waves</figcaption></figure>',
            '<figure>\n<video controls src="/content/media/a.mp4"></video>\n<figcaption>Waves</figcaption>\n</figure>',
        ),
        (
            '<div class="kg-card kg-header-card kg-v2"><h2 class="kg-header-card-heading"><span>Ahoy</span></h2>'
            '<p class="kg-header-card-subheading">Come in</p><a class="kg-header-card-button" href="/in/">In</a></div>',
            "## Ahoy\n\nCome in\n\n[In](/in/)",
        ),
        (
            '<div class="kg-card kg-product-card"><h4 class="kg-product-card-title">A rope</h4>'
            '<div class="kg-product-card-rating"><span>★★</span></div><div class="kg-product-card-description">'
            '<p>Strong</p></div><a class="kg-product-card-button" href="https://a.example/">Buy</a></div>',
            "#### A rope\n\nStrong\n\n[Buy](https://a.example/)",
        ),
        (
            '<div class="kg-card kg-cta-card"><p>Join us</p><a class="kg-cta-button" href="https://a.example/">Go</a></div>',
            "Join us\n\n[Go](https://a.example/)",
        ),
        ('<figure class="kg-card kg-code-card"><pre><code>a</code></pre></figure>', "```\na\n```"),
        (
            '<figure class="kg-card kg-image-card"><a href="https://a.example/"><img src="b.png" alt="B"></a></figure>',
            "[![B](b.png)](https://a.example/)",
        ),
        ('<blockquote class="kg-blockquote-alt">Said</blockquote>', "> Said"),
        ('<div class="kg-card kg-callout-card"><div class="kg-callout-text"><p>One</p><p>Two</p></div></div>',
         "> [!NOTE]\n> One\n>\n> Two"),
        ('<a href="__GHOST_URL__">home</a> <a href="__GHOST_URL__/">too</a>', "[home](/) [too](/)"),
    ],
)  # fmt: skip
def test_a_card_in_html(html: str, markdown: str) -> None:
    assert body(html) == markdown


@pytest.mark.parametrize(
    ("who", "stays"),
    [
        ('nonMember:true memberSegment:""', True),
        ('nonMember:false memberSegment:"status:free"', False),
        ("", False),
    ],
)
@pytest.mark.parametrize("end", ["<!--kg-gated-block:end-->", ""])
def test_a_part_for_some_readers_is_public_only_where_it_was(who: str, stays: bool, end: str) -> None:
    source = f"<p>a</p><!--kg-gated-block:begin {who} --><p>secret</p>{end}"

    assert ("secret" in without_gated(source, Notebook())) is stays


@pytest.mark.parametrize(
    ("visibility", "is_left_out"),
    [
        ({"web": {"nonMember": False}}, True),
        ({"web": {"nonMember": 0}}, True),
        ({"showOnWeb": False}, True),
        ({"web": {"nonMember": True}}, False),
        ({"showOnEmail": False}, False),
        ("all", False),
    ],
)
def test_a_card_for_some_readers_is_left_out(visibility: object, is_left_out: bool) -> None:
    notebook = Notebook()

    made = card_html("html", {"html": "<p>x</p>", "visibility": visibility}, notebook)

    assert (made == "", len(notebook.notes()) == 1) == (is_left_out, is_left_out)


def test_the_files_of_a_site_are_known_in_every_size_and_at_every_address() -> None:
    shown = Shown()

    for address in (
        "__GHOST_URL__/content/images/2024/a%20b.png",
        "/content/images/size/w600/2024/a b.png",
        "https://cdn.example/c/1/content/images/size/w30h40/format/webp/2024/a%20b.png?v=2",
    ):
        assert shown.take(address, "1") == "images/2024/a b.png"
    for address in ("https://a.example/b.png", "content/images/b.png", "https://[/content/images/b.png", ""):
        assert shown.take(address, "1") is None
    assert [file.url for file in shown.all()] == ["/content/images/2024/a%20b.png"]


@pytest.mark.parametrize(
    ("settings", "kind", "paths"),
    [
        ({}, ItemKind.POST, ("/a/",)),
        ({"permalinks": DATED, "timezone": "Pacific/Auckland"}, ItemKind.POST, ("/2024/02/04/a/",)),
        ({"permalinks": DATED, "active_timezone": "No/Where"}, ItemKind.POST, ("/2024/02/03/a/",)),
        ({"permalinks": "/:year/:slug/"}, ItemKind.PAGE, ("/a/",)),
        ({"permalinks": "/:author/:slug/"}, ItemKind.POST, ("/ann/a/",)),
        ({"permalinks": "/:primary_tag/:slug/"}, ItemKind.POST, ()),
        ({"permalinks": "https://a.example/:slug/"}, ItemKind.POST, ()),
    ],
)  # fmt: skip
def test_old_addresses_follow_the_settings(settings: dict[str, str], kind: ItemKind, paths: tuple[str, ...]) -> None:
    at = datetime(2024, 2, 3, 20, 30, tzinfo=UTC)

    assert Permalink.from_settings(settings).of(kind, "a", at, "ann") == paths


def test_without_a_slug_there_was_no_address() -> None:
    assert Permalink().of(ItemKind.POST, "", None, "") == ()


def test_where_the_site_was_makes_links_whole(read, session: Session) -> None:
    html = (
        '<p><a href="https://www.old.example/s/#x">s</a> <a href="__GHOST_URL__/s/">t</a> '
        '<a href="__GHOST_URL__/gone/">u</a> <img src="/content/images/a.png" alt="A"></p>'
    )

    site = read(export(post(html=html), post(id="2", slug="s")), url="https://old.example/")
    load(session, site, at=NOON)
    session.commit()

    assert site.place == "https://old.example"
    assert post_of(session, ":1").body == (
        "[s](/posts/s#x) [t](/posts/s) [u](https://old.example/gone/) ![A](https://old.example/content/images/a.png)"
    )


def test_what_only_ghost_could_use_is_named(read) -> None:
    row = post(html=None, markdown="*Old* words", custom_template="custom-wide", canonical_url="__GHOST_URL__/t/")

    item = read(export(row)).items[0]

    assert (item.body, item.canonical_url) == ("*Old* words", "")
    assert {note.what for note in item.notes} == {"template “custom-wide”", "canonical address __GHOST_URL__/t/"}


def test_a_picture_of_another_site_is_not_fetched_for_a_post(read) -> None:
    item = read(export(post(feature_image="https://images.example.org/a.png"))).items[0]

    assert item.featured is None
    assert {note.what for note in item.notes} == {"image https://images.example.org/a.png"}
