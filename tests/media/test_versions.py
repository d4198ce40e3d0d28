"""New bytes under the same id: replaced, cut, turned, and brought back."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.core.errors import Conflict, Invalid, NotAllowed
from cms.media import actions, renditions, versions
from cms.media.models import Media, Rendition
from cms.media.storage import open_storage
from cms.media.versions import Cut
from tests.factories import Make
from tests.media import files


@pytest.fixture
def url(tmp_path: Path) -> str:
    return tmp_path.as_uri()


@pytest.fixture
def media(session: Session, make: Make, url: str) -> Media:
    """Red on its left half, blue on its right."""
    prepared = actions.prepare(files.image(size=(100, 60)), "ferry.png", storage_url=url)
    return actions.add(session, prepared, by=make.editor(), at=make.at, alt="A ferry")


def pixels(media: Media, url: str) -> Image.Image:
    with open_storage(url).open(media.digest) as file:
        return Image.open(io.BytesIO(file.read())).convert("RGB")


def last(session: Session) -> Event:
    return session.scalars(select(Event).order_by(Event.id.desc())).first()


def test_another_file_takes_its_place_and_what_is_said_of_it_stays(
    session: Session, make: Make, media: Media, url: str
) -> None:
    was = media.digest
    better = actions.prepare(files.image("JPEG", size=(300, 200)), "DSC_0001.jpg", storage_url=url)

    versions.replaced(session, media, better, by=make.editor(), at=make.at)

    assert (media.digest, media.width, media.mime) == (better.digest, 300, "image/jpeg")
    assert (media.filename, media.title, media.alt) == ("ferry.jpg", "ferry", "A ferry")
    assert [version.digest for version in versions.of(session, media)] == [was]
    event = last(session)
    assert (event.verb, event.changes["digest"]) == ("media.replace", [was, better.digest])


def test_what_it_was_comes_back_and_nothing_is_lost_on_the_way(
    session: Session, make: Make, media: Media, url: str
) -> None:
    before = {name: getattr(media, name) for name in versions.FACTS}
    editor = make.editor()
    versions.take(session, media, versions.turned(media, 90, storage_url=url), "media.turn", by=editor, at=make.at)
    turned = media.digest
    [version] = versions.of(session, media)

    versions.bring_back(session, media, version, by=editor, at=make.at)

    assert {name: getattr(media, name) for name in versions.FACTS} == before
    assert {version.digest for version in versions.of(session, media)} == {before["digest"], turned}
    assert last(session).changes["digest"] == [turned, before["digest"]]


def test_a_part_is_cut_out_and_the_point_goes_along(session: Session, make: Make, media: Media, url: str) -> None:
    media.focal_x, media.focal_y = 0.75, 0.5
    edited = versions.cut(media, Cut(50, 0, 50, 60), storage_url=url)

    versions.take(session, media, edited, "media.crop", by=make.editor(), at=make.at)

    picture = pixels(media, url)
    assert picture.size == (media.width, media.height) == (50, 60)
    assert picture.getpixel((2, 2)) == (30, 30, 200)
    assert (media.focal_x, media.focal_y) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("degrees", "size", "red_at", "point"),
    [
        (90, (60, 100), (30, 5), (1.0, 0.25)),
        (180, (100, 60), (95, 30), (0.75, 1.0)),
        (270, (60, 100), (30, 95), (0.0, 0.75)),
    ],
)
def test_an_image_is_turned_clockwise(
    session: Session,
    make: Make,
    media: Media,
    url: str,
    degrees: int,
    size: tuple[int, int],
    red_at: tuple[int, int],
    point: tuple[float, float],
) -> None:
    media.focal_x, media.focal_y = 0.25, 0.0

    versions.take(
        session, media, versions.turned(media, degrees, storage_url=url), "media.turn", by=make.editor(), at=make.at
    )

    assert (media.width, media.height) == size
    assert pixels(media, url).getpixel(red_at) == (200, 30, 30)
    assert (media.focal_x, media.focal_y) == point


@pytest.mark.parametrize(
    ("part", "fields"),
    [
        (Cut(-1, 0, 50, 50), {"left"}),
        (Cut(100, 0, 50, 50), {"left"}),
        (Cut(60, 0, 50, 50), {"width"}),
        (Cut(0, 0, 15, 61), {"width", "height"}),
        (Cut(0, 60, 100, 10), {"top"}),
    ],
)
def test_a_part_that_is_not_within_the_image_is_refused_field_by_field(
    media: Media, url: str, part: Cut, fields: set[str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        versions.cut(media, part, storage_url=url)

    assert refusal.value.fields.keys() == fields


def test_what_cannot_be_is_refused(session: Session, make: Make, media: Media, url: str) -> None:
    editor, stranger = make.editor(), make.author()
    sound = actions.prepare(files.mp3(), "fog.mp3", storage_url=url)
    same = actions.prepare(files.image(size=(100, 60)), "again.png", storage_url=url)
    waves = actions.add(
        session, actions.prepare(files.animation(size=(40, 40)), "waves.gif", storage_url=url), by=editor, at=make.at
    )
    edited = versions.turned(media, 90, storage_url=url)

    def refused(error: type[Exception], act: Any, *args: Any, **values: Any) -> None:
        with pytest.raises(error):
            act(*args, **values)

    refused(Invalid, versions.replaced, session, media, sound, by=editor, at=make.at)
    refused(Invalid, versions.replaced, session, media, same, by=editor, at=make.at)
    refused(Invalid, versions.turned, media, 45, storage_url=url)
    refused(Invalid, versions.turned, waves, 90, storage_url=url)
    refused(NotAllowed, versions.take, session, media, edited, "media.turn", by=stranger, at=make.at)
    versions.take(session, media, edited, "media.turn", by=editor, at=make.at)
    refused(Conflict, versions.take, session, media, edited, "media.turn", by=editor, at=make.at)
    media.trashed_at = make.at
    refused(Conflict, versions.replaced, session, media, same, by=editor, at=make.at)


def test_copies_of_what_it_was_go_stale_until_it_is_that_again(
    session: Session, make: Make, media: Media, url: str
) -> None:
    source, editor = renditions.source_of(media), make.editor()
    made = renditions.make(source, {"width": 320}, "webp", storage_url=url)
    renditions.keep(session, source, "w320", "webp", made, at=make.at)
    copy = session.scalars(select(Rendition)).one()

    versions.take(session, media, versions.turned(media, 90, storage_url=url), "media.turn", by=editor, at=make.at)
    session.refresh(copy)
    assert copy.stale_at == make.at

    versions.bring_back(session, media, versions.of(session, media)[0], by=editor, at=make.at)
    session.refresh(copy)
    assert copy.stale_at is None
