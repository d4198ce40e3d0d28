"""Pictures and other files of an import: into the library, or refused by name."""

import shutil
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.importers.loading import Options, load
from cms.importers.loading.files import Shelf
from cms.importers.markdown import read_markdown
from cms.importers.parsed import (
    ParsedSite,
)
from cms.media.models import Media
from cms.media.paths import path_of
from cms.posts.models import Post
from tests.conftest import NOON
from tests.importers.conftest import FIXTURES
from tests.importers.sites import edition_of, post_of


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    """The folder of a WordPress site with one of its two pictures."""
    place = tmp_path / "uploads" / "2024" / "02"
    place.mkdir(parents=True)
    shutil.copy(FIXTURES / "lamp.png", place / "ferry.png")
    return tmp_path / "uploads"


def test_files_beside_the_export_come_into_the_library(
    session: Session, small_site: ParsedSite, uploads: Path, tmp_path: Path
) -> None:
    shelf = Shelf(folders=(uploads,), storage_url=(tmp_path / "media").as_uri())

    report = load(session, small_site, at=NOON, options=Options(shelf))
    session.commit()

    media = session.scalars(select(Media)).one()
    post = post_of(session, ":10")
    assert (media.alt, media.caption, post.featured_media_id) == ("A white ferry", "The old ferry", media.id)
    assert f'src="{path_of(media)}"' in post.body  # though the post asked for ferry-300x200.png
    edition = edition_of(session, post)
    assert edition is not None
    assert f'<img src="{path_of(media)}"' in edition.body_html
    assert [note.what for note in report.notes if note.what.startswith("file")] == [
        "file https://old.example.com/wp-content/uploads/2024/02/quay.jpg"
    ]
    again = load(session, small_site, at=NOON, options=Options(shelf))
    assert (again.came["files"], again.known["files"]) == (0, 1)


def test_without_a_storage_files_are_checked_and_put_nowhere(
    session: Session, small_site: ParsedSite, uploads: Path, tmp_path: Path
) -> None:
    report = load(session, small_site, at=NOON, options=Options(Shelf(folders=(uploads,))))

    assert report.came["files"] == 1
    assert not (tmp_path / "media").exists()


def test_a_file_that_is_no_picture_is_refused_by_name(session: Session, small_site: ParsedSite, uploads: Path) -> None:
    (uploads / "2024" / "02" / "quay.jpg").write_text("<script>alert(1)</script>")

    report = load(session, small_site, at=NOON, options=Options(Shelf(folders=(uploads,))))

    assert any(note.what.endswith("quay.jpg") and "not an image" in note.why for note in report.notes)


def test_pictures_of_a_markdown_file_come_along(session: Session, tmp_path: Path) -> None:
    parsed = read_markdown([FIXTURES / "2024-03-01-harbour-lights.md"])

    load(session, parsed, at=NOON, options=Options(Shelf(storage_url=tmp_path.as_uri())))

    media = session.scalars(select(Media)).one()
    post = session.scalars(select(Post)).one()
    assert f"![A lamp]({path_of(media)})" in post.body
    assert (post.featured_media_id, post.featured_alt) == (media.id, "A lamp")
    assert post.slug == "harbour-lights"


def test_pictures_of_one_name_are_shown_by_the_posts_that_they_came_with(session: Session, tmp_path: Path) -> None:
    """In one import, and in a later one."""
    for name, colour in (("red", (255, 0, 0)), ("green", (0, 255, 0)), ("blue", (0, 0, 255))):
        (tmp_path / name).mkdir()
        Image.new("RGB", (2, 2), colour).save(tmp_path / name / "cover.png")
        (tmp_path / name / "index.md").write_text("---\ncover: cover.png\n---\n![Cover](cover.png)\n")
    options = Options(Shelf(storage_url=(tmp_path / "media").as_uri()))
    bundles = [tmp_path / name / "index.md" for name in ("red", "green", "blue")]

    load(session, read_markdown(bundles[:2]), at=NOON, options=options)
    session.commit()
    load(session, read_markdown(bundles[2:]), at=NOON, options=options)
    session.commit()

    posts = session.scalars(select(Post)).all()
    for post in posts:
        media = session.get_one(Media, post.featured_media_id)
        assert f"![Cover]({path_of(media)})" in post.body
    assert len({post.featured_media_id for post in posts}) == 3


def test_a_picture_of_a_markdown_file_comes_once(session: Session, tmp_path: Path) -> None:
    options = Options(Shelf(storage_url=tmp_path.as_uri()))
    load(session, read_markdown([FIXTURES / "2024-03-01-harbour-lights.md"]), at=NOON, options=options)
    session.commit()

    again = load(session, read_markdown([FIXTURES / "2024-03-01-harbour-lights.md"]), at=NOON, options=options)

    assert (again.came["files"], again.known["files"]) == (0, 1)
