"""The folder of an export: whole or not there, for its owner alone, and nothing outside of it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from cms.comments.lifecycle import CommentStatus
from cms.core.errors import Invalid
from cms.exporters.folder import new_folder
from cms.exporters.site import Source, export
from cms.media.models import Media
from cms.media.storage import open_storage
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Edition, Post
from cms.redirects.models import Redirect
from tests.conftest import NOON
from tests.counting import counted
from tests.factories import PASSWORD, Make


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(open_storage((tmp_path / "media").as_uri()), "http://localhost")


def listed(folder: Path, name: str) -> list[dict]:
    return json.loads((folder / name).read_text())


def test_lists_say_what_was_there_and_no_secret(session: Session, make: Make, source: Source, tmp_path: Path) -> None:
    ann = make.user("author", username="ann", display_name="Ann “A” Lee", bio="Writes.", tf_totp_secret="totp-secret")
    post = make.post(slug="ferry", author=ann, status=PUBLISHED, series_id=make.series("Boats").id, series_position=2)
    first = make.comment(post, address_digest="d" * 64, agent="Firefox", status=CommentStatus.APPROVED)
    make.comment(post, parent_id=first.id, author_id=ann.id, guest_name="", guest_email="", body="Yes\n👍")
    make.comment(post, status=CommentStatus.TRASHED)
    make.comment(make.post(slug="gone", trashed_at=NOON))
    session.add(Redirect(from_path="/old", post_id=post.id, created_at=NOON, updated_at=NOON))
    make.tag("Sea", description="Wet.")
    media = make.media(alt="A lamp", caption="By me", title="Lamp")
    session.commit()

    report = export(session, tmp_path / "out", source, at=NOON)

    out = tmp_path / "out"
    person = next(row for row in listed(out, "people.json") if row["username"] == "ann")
    assert (person["name"], person["bio"], person["email"]) == ("Ann “A” Lee", "Writes.", ann.email)
    comments = listed(out, "comments.json")
    assert [(row["post"], row["name"], row["email"], row["status"], row["text"]) for row in comments] == [
        ("/posts/ferry", "Rafe", "rafe@example.com", "approved", "I drove the harbour bus."),
        ("/posts/ferry", "Ann “A” Lee", "", "pending", "Yes\n👍"),
    ]
    assert comments[1]["parent"] == comments[0]["id"]
    assert listed(out, "redirects.json") == [{"from": "/old", "to": "/posts/ferry", "post_id": post.id, "status": 301}]
    assert listed(out, "tags.json") == [{"name": "Sea", "slug": "sea", "description": "Wet.", "path": []}]
    assert listed(out, "series.json")[0]["title"] == "Boats"
    assert json.loads((out / "settings.json").read_text())["title"] == "Copydesk"
    assert (listed(out, "media.json")[0]["alt"], listed(out, "media.json")[0]["file"]) == ("A lamp", None)
    assert report.tally.missing == [media.filename]
    assert 'series: "Boats"\nseries_part: 2' in (out / "posts" / "ferry.md").read_text()
    everything = "".join(path.read_text() for path in out.rglob("*") if path.is_file())
    for secret in ("totp-secret", "d" * 64, ann.password, ann.fs_uniquifier, PASSWORD, "Firefox", "mail_from"):
        assert secret not in everything


def test_the_folder_is_its_owners_alone(session: Session, make: Make, source: Source, tmp_path: Path) -> None:
    make.page(slug="team", parent_id=make.page(slug="about").id)
    session.commit()

    export(session, tmp_path / "out", source, at=NOON)

    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "out").rglob("*") if path.is_file()}
    folders = {path.stat().st_mode & 0o777 for path in [tmp_path / "out", *(tmp_path / "out").rglob("*/")]}
    assert (modes, folders) == ({0o600}, {0o700})


def test_no_name_leads_out_of_the_folder(session: Session, make: Make, source: Source, tmp_path: Path) -> None:
    slugs = ["../../escaped", "/etc/escaped", "..", "a/../../b", "nul\n", "UP", "é"]
    posts = [make.post(status=PUBLISHED) for _slug in slugs]
    pages = [make.page() for _slug in slugs]
    for rows in (posts, pages):
        for row, slug in zip(rows, slugs, strict=True):
            session.execute(update(Post).where(Post.id == row.id).values(slug=slug))
            session.execute(update(Edition).where(Edition.post_id == row.id).values(slug=slug, path=f"/posts/{slug}"))
    make.media(filename="../../escaped.png")
    session.execute(update(Media).values(filename="../../escaped.png"))
    session.commit()

    report = export(session, tmp_path / "out", source, at=NOON)

    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert all(path.is_relative_to(tmp_path / "out") for path in tmp_path.rglob("*escaped*"))
    assert not list(tmp_path.parent.glob("*escaped*"))
    assert sum(path.suffix == ".md" for path in files) == 2 * len(slugs) + 1
    assert report.tally.counts["posts"] == len(slugs)
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


def test_what_fails_or_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    def stop(stopped: BaseException) -> None:
        with new_folder(tmp_path / "empty") as folder:
            folder.write(("posts", "a.md"), "half")
            raise stopped

    for stopped in (OSError("full"), KeyboardInterrupt(), SystemExit(143)):
        with pytest.raises(type(stopped)):
            stop(stopped)

    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


def test_the_name_may_be_as_long_as_names_can_be(tmp_path: Path) -> None:
    with new_folder(tmp_path / ("字" * 85)) as folder:
        folder.write(("a.md",), "whole")

    assert [path.name for path in tmp_path.iterdir()] == ["字" * 85]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    for target in (tmp_path, tmp_path / "mine.txt", tmp_path / "not there" / "out"):
        with pytest.raises(Invalid), new_folder(target):
            pass

    assert [path.name for path in tmp_path.rglob("*")] == ["mine.txt"]


def test_questions_do_not_grow_with_rows(
    session: Session, engine: Engine, make: Make, source: Source, tmp_path: Path
) -> None:
    def add(number: int) -> None:
        for _each in range(number):
            media = make.media()
            tag = make.tag()
            parent = make.page(status=PUBLISHED)
            make.page(parent_id=parent.id)
            post = make.post(tags=[tag], status=PUBLISHED, featured_media_id=media.id, series_id=make.series().id)
            post.version += 1
            make.comment(post)
            session.add(Redirect(from_path=f"/old/{post.id}", post_id=post.id, created_at=NOON, updated_at=NOON))
        session.commit()

    def asked(name: str) -> int:
        with counted(engine) as statements:
            export(session, tmp_path / name, source, at=NOON)
        session.rollback()
        return len(statements)

    add(2)
    few = asked("few")
    add(20)

    assert asked("many") == few


def test_what_others_write_meanwhile_is_not_in_it(session: Session, engine: Engine, make: Make, tmp_path: Path) -> None:
    make.post(slug="before", author=make.user(username="before"))
    session.commit()

    def meanwhile(_done: int, _total: int) -> None:
        with Session(engine) as other:
            other.execute(update(Post).values(title="Changed meanwhile"))
            other.commit()

    source = Source(open_storage((tmp_path / "media").as_uri()), "http://localhost", meanwhile)
    make.media()
    session.commit()
    export(session, tmp_path / "out", source, at=NOON)

    assert "meanwhile" not in (tmp_path / "out" / "posts" / "before.md").read_text()
