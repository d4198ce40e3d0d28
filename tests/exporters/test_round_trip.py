"""What `export` writes comes back by `import markdown` into an empty site, on both databases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from cms.core.text import clean_text
from cms.exporters.report import Report
from cms.exporters.site import Source, export
from cms.importers.loading import Options, load
from cms.importers.loading.files import Shelf
from cms.importers.markdown import read_markdown
from cms.importers.report import Report as ImportReport
from cms.media.actions import prepare
from cms.media.models import Media
from cms.media.paths import path_of
from cms.media.storage import open_storage
from cms.posts.actions import editing
from cms.posts.actions.editions import make_live
from cms.posts.lifecycle import ARCHIVED, DRAFT, IN_REVIEW, PUBLISHED
from cms.posts.models import Edition, Post
from cms.redirects.models import Redirect
from cms.series.models import Series
from tests.conftest import NOON
from tests.factories import Make
from tests.wiping import wipe

TITLES = [
    'He said "it\'s: 50 % — no"',
    "no",
    "null",
    "~",
    "2024-01-01",
    "1.10",
    "---",
    "- [x] #tag: & *anchor !!str",
    "{% raw %} {{ title }}",
    "Fähre 🚢 und 👩‍👩‍👧",
    "مرحبا بالعالم: \u200fתל אביב",
    "Bonjour\u00a0!",
    "back\\slash \\u0041 and \\n",
    "x" * 200,
]
BODIES = [
    "---\ntitle: other\n---\n\ntext",
    "# A heading that begins\n\nthe text",
    "\n\nblank lines around\n\n\n",
    "one\r\ntwo\rthree",
    "{% raw %}{{ x }}{% endraw %} and {: .class }\n\n<script>alert(1)</script> [toc]",
    "â€œdecoded wrongly, and meantâ€\u009d"[:-2],
    "```\n{% highlight %}\n---\n```",
    "مرحبا\u200f **עברית** 🚢\u2028next",
    "",
    "long " * 40_000,
    "title: no\n...\n+++\nx = 1\n+++",
]


@dataclass
class Elsewhere:
    """A folder that is exported into, and the empty site that takes it."""

    session: Session
    engine: Engine
    app: Flask
    tmp: Path

    @property
    def folder(self) -> Path:
        return self.tmp / "out"

    def storage(self, name: str) -> str:
        return (self.tmp / name).as_uri()

    def write(self) -> Report:
        self.session.commit()
        source = Source(open_storage(self.storage("media")), "http://localhost")
        report = export(self.session, self.folder, source, at=NOON)
        self.session.rollback()
        return report

    def take(self) -> ImportReport:
        """The tables are emptied, and what was written comes in."""
        self.session.rollback()
        self.session.expunge_all()
        wipe(self.engine, Path(self.app.instance_path))
        there = [path for name in ("posts", "pages") if (path := self.folder / name).is_dir()]
        site = read_markdown(there)
        report = load(self.session, site, at=NOON, options=Options(Shelf(storage_url=self.storage("back"))))
        self.session.commit()
        return report


@pytest.fixture
def elsewhere(session: Session, engine: Engine, app: Flask, tmp_path: Path) -> Elsewhere:
    return Elsewhere(session, engine, app, tmp_path)


@pytest.fixture
def picture(session: Session, make: Make, tmp_path: Path) -> Callable[..., Media]:
    """A file with bytes behind it."""

    def made(name: str, colour: str, **values: Any) -> Media:
        path = tmp_path / name
        Image.new("RGB", (8, 6), colour).save(path)
        with path.open("rb") as file:
            facts = prepare(file, name, storage_url=(tmp_path / "media").as_uri())
        return make.media(digest=facts.digest, filename=facts.filename, mime=facts.mime, bytes=facts.bytes, **values)

    return made


def posts_by_slug(session: Session) -> dict[str, Post]:
    whole = (selectinload(Post.tags), selectinload(Post.author), selectinload(Post.featured_media))
    return {post.slug: post for post in session.scalars(select(Post).options(*whole).order_by(Post.id))}


def told(post: Post) -> dict[str, Any]:
    return {
        "title": post.title,
        "body": clean_text(post.body),
        "status": post.status,
        "kind": post.kind,
        "times": (post.created_at, post.updated_at, post.published_at),
        "author": (post.author.name, post.author.username, post.author.email),
        "tags": sorted(tag.name for tag in post.tags),
        "summary": post.summary,
        "seo": (post.seo_title, post.seo_description, post.canonical_url, post.noindex),
        "rest": (post.language, post.comments_open, post.show_contents, post.position),
    }


def test_nasty_titles_and_texts_come_back_as_they_were(session: Session, make: Make, elsewhere: Elsewhere) -> None:
    author = make.user("author", display_name="null", username="ann.lee")
    tags = [make.tag("no"), make.tag("a, b: c"), make.tag("null")]
    for number in range(max(len(TITLES), len(BODIES))):
        title, body = TITLES[number % len(TITLES)], BODIES[number % len(BODIES)]
        make.post(
            title=title,
            body=body,
            author=author,
            tags=tags,
            summary=title,
            seo_title=title,
            seo_description=title,
            status=PUBLISHED,
            published_at=NOON - timedelta(days=number + 1, microseconds=7),
        )
    before = {slug: told(post) for slug, post in posts_by_slug(session).items()}

    elsewhere.write()
    report = elsewhere.take()

    after = {slug: told(post) for slug, post in posts_by_slug(session).items()}
    assert after == before
    assert [note.what for note in report.notes if not note.what.startswith("author")] == []


def test_every_status_comes_back_and_nothing_is_shown_that_was_not(
    session: Session, make: Make, elsewhere: Elsewhere
) -> None:
    make.post(slug="draft", status=DRAFT)
    make.post(slug="in-review", status=IN_REVIEW)
    make.post(slug="archived", status=ARCHIVED, published_at=NOON - timedelta(days=3))
    make.post(slug="trashed", status=DRAFT, trashed_at=NOON)
    ahead, hour = NOON + timedelta(days=2), timedelta(hours=1)
    for slug, begins, ends in (
        ("scheduled", ahead, ahead + hour),
        ("ending", NOON - hour, ahead),
        ("over", NOON - 2 * hour, NOON - hour),
    ):
        post = make.post(slug=slug, status=DRAFT, noindex=True, comments_open=False, show_contents=True, language="ar")
        post.status, post.published_at = PUBLISHED, begins
        make_live(session, post, by=None, at=begins, live_from=begins, live_until=ends)
    before = {slug: told(post) for slug, post in posts_by_slug(session).items() if slug != "trashed"}
    times = select(Edition.slug, Edition.live_from, Edition.live_until).order_by(Edition.slug)
    shown = session.execute(times).all()

    written = elsewhere.write()
    elsewhere.take()

    assert {slug: told(post) for slug, post in posts_by_slug(session).items()} == before
    assert session.execute(times).all() == shown
    assert written.in_trash["posts"] == 1
    assert written.tally.counts["scheduled"] == written.tally.counts["archived"] == 1


def test_pictures_and_other_files_come_back_where_they_were(
    session: Session, make: Make, elsewhere: Elsewhere, picture: Callable[..., Media]
) -> None:
    first, second = picture("ferry.png", "red", alt="A ferry"), picture("ferry.png", "blue")
    a, b, name = path_of(first), path_of(second), f"ferry_{second.id}.png"
    body = (
        f"![A ferry]({a})\n\n[the file](<{b}#page=2>) ![]({a})\n\n[one]: {a}\n\n"
        f'<img src="http://localhost{b}" alt="">\n\n```\n![]({a})\n```\n\n[gone](/media/999/0123456789abcdef/x.png)'
    )
    parent = make.page(slug="about", body="Above.", status=PUBLISHED)
    make.page(
        slug="team", parent_id=parent.id, body=body, status=PUBLISHED, featured_media_id=second.id, featured_alt="Blue"
    )

    elsewhere.write()
    elsewhere.take()

    assert sorted(path.name for path in (elsewhere.folder / "media").iterdir()) == ["ferry.png", name]
    text = (elsewhere.folder / "pages" / "about" / "team.md").read_text()
    assert "![A ferry](../../media/ferry.png)" in text
    posts = posts_by_slug(session)
    red, blue = session.scalars(select(Media).order_by(Media.filename.desc())).all()
    assert posts["team"].parent_id == posts["about"].id
    assert (posts["team"].featured_media_id, posts["team"].featured_alt) == (blue.id, "Blue")
    assert posts["team"].body == body.replace(f"![A ferry]({a})", f"![A ferry]({path_of(red)})").replace(
        f"<{b}#page=2>) ![]({a})", f"<{path_of(blue)}#page=2>) ![]({path_of(red)})"
    ).replace(f"[one]: {a}", f"[one]: {path_of(red)}").replace(f"http://localhost{b}", path_of(blue))


def test_what_readers_do_not_see_yet_lies_beside_and_does_not_come_back_as_seen(
    session: Session, make: Make, elsewhere: Elsewhere
) -> None:
    editor = make.editor()
    tag = make.tag("Boats")
    post = make.post(slug="ferry", title="Seen", body="Seen.", status=PUBLISHED, author=editor, tags=[tag])
    editing.save(session, post, {"title": "Unseen", "body": "Unseen."}, base_version=post.version, by=editor, at=NOON)
    tag.name, tag.key = "Ships", "ships"

    elsewhere.write()
    unseen = (elsewhere.folder / "changes" / "posts" / "ferry.md").read_text()
    elsewhere.take()

    assert 'title: "Unseen"' in unseen
    assert 'status: "draft"' in unseen
    back = posts_by_slug(session)["ferry"]
    assert (back.title, back.body, [tag.name for tag in back.tags]) == ("Seen", "Seen.", ["Ships"])


def test_series_come_back_in_their_order(session: Session, make: Make, elsewhere: Elsewhere) -> None:
    boats = make.series("Boats: no")
    for slug, place in (("second", 20), ("first", 3)):
        make.post(slug=slug, status=PUBLISHED, series_id=boats.id, series_position=place)

    elsewhere.write()
    report = elsewhere.take()

    series = session.scalars(select(Series)).one()
    placed = select(Edition.slug, Edition.series_id, Edition.series_position).order_by(Edition.series_position)
    assert session.execute(placed).all() == [("first", series.id, 3), ("second", series.id, 20)]
    assert (series.title, report.came["series"]) == ("Boats: no", 1)


def test_tags_come_back_below_their_parents_and_old_addresses_lead_on(
    session: Session, make: Make, elsewhere: Elsewhere
) -> None:
    sports = make.tag("Sports")
    games = make.tag("Ball games", parent_id=sports.id)
    football = make.tag("Football", parent_id=games.id)
    post = make.post(slug="cup", tags=[football], status=PUBLISHED)
    session.add(Redirect(from_path="/old/cup", post_id=post.id, created_at=NOON, updated_at=NOON))

    elsewhere.write()
    elsewhere.take()

    (tag,) = posts_by_slug(session)["cup"].tags
    assert (tag.name, tag.parent.name, tag.parent.parent.name) == ("Football", "Ball games", "Sports")
    assert session.scalars(select(Redirect.from_path)).all() == ["/old/cup"]
