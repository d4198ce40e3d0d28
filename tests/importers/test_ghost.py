"""A Ghost export: what it holds, in whichever form its posts are kept."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.core.markdown import render_article
from cms.importers.ghost import read_ghost
from cms.importers.loading import Options, load
from cms.importers.loading.files import Shelf
from cms.importers.parsed import ItemKind, ItemStatus, ParsedItem, ParsedSite, Severity
from cms.importers.words import lost_words, visible_words
from cms.media.models import Media
from cms.media.paths import path_of
from cms.posts.models import Edition, Post
from cms.redirects.models import Redirect
from tests.conftest import NOON
from tests.importers.conftest import FIXTURES
from tests.importers.sites import edition_of, post_of


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """An unpacked backup, in which one of the pictures is."""
    place = tmp_path / "content" / "images" / "2024" / "02"
    place.mkdir(parents=True)
    (place / "ferry.png").write_bytes((FIXTURES / "lamp.png").read_bytes())
    return tmp_path


def called(site: ParsedSite, slug: str) -> ParsedItem:
    return next(item for item in site.items if item.slug == slug)


def noted(item: ParsedItem) -> set[str]:
    return {note.what for note in item.notes}


def test_posts_and_pages_come_with_all_that_is_known_of_them(ghost_site: ParsedSite) -> None:
    ferry, about = called(ghost_site, "night-ferry"), called(ghost_site, "about")

    assert (ghost_site.title, ghost_site.origin, ghost_site.place) == ("Harbour notes", "ghost:0a1b", "Harbour notes")
    assert (ferry.kind, ferry.status, ferry.author) == (ItemKind.POST, ItemStatus.PUBLISHED, "ann")
    assert ferry.published_at == datetime(2024, 2, 3, 20, 30, tzinfo=UTC)
    assert ferry.modified_at == datetime(2024, 2, 5, 8, tzinfo=UTC)
    assert called(ghost_site, "ropes").published_at == datetime(2024, 2, 3, 22, 40, tzinfo=UTC)  # in milliseconds
    assert (ferry.summary, ferry.seo_title, ferry.seo_description) == (
        "Home by night.",
        "Night ferry",
        "The last boat",
    )
    assert ferry.canonical_url == "https://example.org/night-ferry"
    assert (ferry.featured, ferry.featured_alt) == ("images/2024/02/ferry.png", "The ferry at night")
    assert ferry.old_paths == ("/night-ferry/",)
    assert (about.kind, about.language, about.comments_open) == (ItemKind.PAGE, "de", False)


def test_tags_come_in_their_order_and_internal_ones_stay_away(ghost_site: ParsedSite) -> None:
    assert called(ghost_site, "night-ferry").tags == ("g1", "g2")
    assert [(tag.name, tag.parent_id) for tag in ghost_site.tags] == [("Sea", None), ("Boats", "g1")]
    assert "tag “#wide”" in {note.what for note in ghost_site.notes if note.severity is Severity.LEFT_OUT}


def test_only_those_who_sign_come_as_people(ghost_site: ParsedSite) -> None:
    assert [(person.source_id, person.email) for person in ghost_site.people] == [("ann", "ann@old.example.com")]
    assert "further authors: Bo Brine" in noted(called(ghost_site, "night-ferry"))


@pytest.mark.parametrize(
    ("slug", "status", "note"),
    [
        ("crew", ItemStatus.DRAFT, "for some readers only (members)"),
        ("payers", ItemStatus.DRAFT, "for some readers only (tiers)"),
        ("next-year", ItemStatus.SCHEDULED, ""),
        ("letter", ItemStatus.DRAFT, "sent by mail only"),
        ("letter-to-come", ItemStatus.DRAFT, "sent by mail only"),
        ("half-written", ItemStatus.DRAFT, ""),
    ],
)
def test_nothing_becomes_more_public_than_it_was(
    ghost_site: ParsedSite, slug: str, status: ItemStatus, note: str
) -> None:
    item = called(ghost_site, slug)

    assert item.status is status
    assert noted(item) == ({note} if note else set())


def test_cards_in_html_become_markdown(ghost_site: ParsedSite) -> None:
    ferry = called(ghost_site, "night-ferry")

    for part in (
        '![A white ferry](/content/images/size/w1000/2024/02/ferry.png "The old ferry")',
        "![Bow](/content/images/2024/02/ferry.png)\n![Quay](/content/images/2024/02/quay.jpg)",
        "> [Tides of the bay](https://example.org/tides)\n>\n> When to sail.\n>\n> Ann · Bay Office",
        "> [!NOTE]\n> ⚓ Bring a **coat**.",
        "<details>\n<summary>When?</summary>\n\nAt *ebb*.\n\n</details>",
        "[Book a seat](https://example.org/book)",
        "[The crossing](https://www.youtube.com/embed/abc?feature=oembed)",
        "| Pier |\n| --- |\n| North |",
        "[Map](/content/files/2024/02/map.pdf)\n\nOf the bay",
        "```python\nsail()\n```\n\nHow to sail",
        "Sail[^1] on. No",
        "[^1]: With care.",
    ):
        assert part in ferry.body
    for gone in ("alert", "Only for crew", "Sign up", "0:00", "download-circle", "9 KB", "javascript"):
        assert gone not in ferry.body
    assert {
        "a part that only some readers saw",
        "card “signup”",
        "a script or a style sheet",
        "code injection",
    } <= noted(ferry)


def test_a_lexical_document_becomes_markdown(ghost_site: ParsedSite) -> None:
    lighthouse = called(ghost_site, "lighthouse")

    for part in (
        "## The lamp",
        "It ***burns*** at [night](/night-ferry/)\\\nalwaysH<sub>2</sub>O `sail()`",
        "3. three\n   - deeper\n4. four",
        "> Lights out\n\n> said nobody\n\n---",
        '![Ferry & lamp](/content/images/2024/02/ferry.png "By night")',
        "![One](/content/images/2024/02/ferry.png)\n![Two](https://images.example.org/2.jpg)",
        "> [Lamps](https://example.org/lamps)\n>\n> All of them\n>\n> Office\n\nworth it",
        "[A film](https://vimeo.com/1)",
        "> [!NOTE]\n> 🔥 Hot & bright",
        "<summary>Why?</summary>\n\nShips.",
        "[Visit](/night-ferry/)",
        "```python\nif a < b:\n    go()\n```",
        "**Raw** words\n\nSome *marked* words\n\n| a | b |",
        "[Chart](/content/files/2024/02/map.pdf)\n\nof the bay",
        "## Welcome aboard\n\nMind the step\n\n[Board](https://example.org/board)",
        "#### A lantern\n\nOf brass\n\n[Buy](https://example.org/buy)",
        "Join the crew\n\n[Join](https://example.org/join)\n\nTurning",
    ):
        assert part in lighthouse.body
    for gone in ("Secret", "alert", "Dear reader", "Sign up"):
        assert gone not in lighthouse.body
    cards = {f"card “{name}”" for name in ("header", "product", "call-to-action", "paywall", "signup", "email")}
    assert cards | {"card “whirligig”", "a part that only some readers saw", "embedded content"} <= noted(lighthouse)


def test_a_mobiledoc_becomes_markdown(ghost_site: ParsedSite) -> None:
    assert called(ghost_site, "ropes").body == (
        "## Ropes\n\nA **bold *slanted* rope**\\\n[and a link](/night-ferry/)\n\n> Hold fast\n\n- one\n- two\n\n"
        "<figure>\n"
        '<img src="/content/images/2024/02/ferry.png" alt="A ferry">\n'
        "<figcaption>Old <em>and</em> slow</figcaption>\n"
        "</figure>\n\n"
        "```python\nx = 1\n```\n\n## Marked\n\n---\n\nRaw"
    )


def test_no_word_of_a_visible_text_is_lost(ghost_site: ParsedSite) -> None:
    for item in ghost_site.items:
        assert item.words
        assert lost_words(item.words, visible_words(render_article(item.body).html)) == []


def test_an_export_is_written_with_its_pictures_links_and_old_addresses(
    session: Session, ghost_site: ParsedSite, backup: Path, tmp_path: Path
) -> None:
    shelf = Shelf(folders=(backup,), storage_url=(tmp_path / "media").as_uri())

    report = load(session, ghost_site, at=NOON, options=Options(shelf))
    session.commit()

    ferry, picture = post_of(session, "0001"), session.scalars(select(Media)).one()
    assert (ferry.featured_media_id, ferry.featured_alt) == (picture.id, "The ferry at night")
    assert ferry.body.count(path_of(picture)) == 2  # though the post asked for one in another size
    assert "[the light](/posts/lighthouse#lamp)" in ferry.body
    assert {tag.slug for tag in ferry.tags} == {"sea", "boats"}
    assert (ferry.author.username, ferry.author.active, ferry.author.password) == ("ann", False, None)
    edition = edition_of(session, ferry)
    assert edition is not None
    assert edition.live_from == datetime(2024, 2, 3, 20, 30, tzinfo=UTC)
    assert 'href="/content/files/2024/02/map.pdf"' in edition.body_html
    missing = {note.what for note in report.notes if note.what.startswith("file ")}
    assert "file /content/images/2024/02/quay.jpg" in missing
    leads = {redirect.from_path: redirect.post_id for redirect in session.scalars(select(Redirect))}
    assert leads["/night-ferry"] == ferry.id
    assert "/crew" not in leads
    live = select(Post.slug).join(Edition, Edition.post_id == Post.id).order_by(Post.slug)
    assert session.scalars(live).all() == ["about", "lighthouse", "next-year", "night-ferry", "ropes"]


def test_a_second_import_of_the_same_file_changes_nothing(session: Session, ghost_site: ParsedSite) -> None:
    first = load(session, ghost_site, at=NOON)
    session.commit()

    again = load(session, ghost_site, at=NOON)

    assert (first.came["posts"], first.came["pages"], first.came["scheduled"], first.came["drafts"]) == (9, 1, 1, 5)
    assert not +again.came
    assert not session.new
    assert not session.dirty


def test_the_real_export_of_an_old_version_comes_whole(session: Session, theme_test_ghost: Path) -> None:
    site = read_ghost(theme_test_ghost)

    report = load(session, site, at=NOON)
    session.commit()

    assert (report.came["posts"], report.came["pages"], report.came["tags"]) == (17, 2, 46)
    assert not [note for note in report.notes if note.what.startswith("words")]
    assert len(post_of(session, ":5ba6141c5ca02a2e28c9b2dd").tags) == 24
    untitled = post_of(session, ":5ba6141c5ca02a2e28c9b2db")
    assert (untitled.slug, untitled.title[:22]) == ("untitled", "This post has no title")
    assert "<https://www.youtube.com/embed/dQw4w9WgXcQ>" in post_of(session, ":5ba6141c5ca02a2e28c9b2d4").body


@pytest.mark.parametrize("form", ["mobiledoc", "html"])
def test_the_forms_of_one_post_say_the_same(theme_test_ghost: Path, tmp_path: Path, form: str) -> None:
    """Ghost kept both: what is made of the editor's form holds the words of the page."""
    export = json.loads(theme_test_ghost.read_bytes())
    for row in export["db"][0]["data"]["posts"]:
        row["html"] = row["html"] if form == "html" else None
    path = tmp_path / "export.json"
    path.write_text(json.dumps(export))

    made = {item.source_id: visible_words(render_article(item.body).html) for item in read_ghost(path).items}

    lost = {
        word for item in read_ghost(theme_test_ghost).items for word in lost_words(item.words, made[item.source_id])
    }
    assert lost <= {"ականներիցlorem"}  # two words, of which Ghost's own HTML lost the blank
