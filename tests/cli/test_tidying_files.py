"""`tidy` and files: what nothing shows goes from the trash for good, with its bytes, and only then."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.cli.tidy import tidy_up
from cms.media import actions, portraits, renditions
from cms.media.models import Media, Rendition
from cms.media.storage import open_storage
from cms.posts import actions as posts
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.media_use import faults
from cms.posts.queries import by_id
from cms.references.models import MediaUse
from cms.settings.models import SettingValue
from tests.accounts.events import verbs
from tests.conftest import NOON
from tests.factories import Make
from tests.media import files

DAY = timedelta(days=1)
LATER = NOON + 31 * DAY
Tidy = Callable[..., int]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return tmp_path.as_uri()


@pytest.fixture
def tidy(session: Session, url: str, tmp_path: Path) -> Tidy:
    """A month and a day later; all bytes are as old as that."""

    def _tidy(days: int = 30) -> int:
        session.add(SettingValue(key="trash_days", value=days, updated_at=NOON))
        session.commit()
        for file in tmp_path.rglob("*"):
            os.utime(file, (NOON.timestamp(), NOON.timestamp()))
        done = tidy_up(session, at=LATER, end_chunk=session.commit, storage=open_storage(url))["files"]
        session.execute(SettingValue.__table__.delete())
        return done

    return _tidy


def stored(session: Session, make: Make, url: str, **values: object) -> Media:
    size = values.pop("size", (40, 30))
    media = actions.add(
        session, actions.prepare(files.image(size=size), "ferry.png", storage_url=url), by=make.author(), at=NOON
    )
    for name, value in values.items():
        setattr(media, name, value)
    session.flush()
    return media


def kept(url: str, *digests: str) -> list[bool]:
    return [open_storage(url).exists(digest) for digest in digests]


def test_a_file_that_nothing_shows_goes_with_its_copies_and_the_record_stays(
    session: Session, make: Make, url: str, tidy: Tidy
) -> None:
    media = stored(session, make, url, trashed_at=NOON)
    source = renditions.source_of(media)
    made = renditions.make(source, {"width": 320}, "webp", storage_url=url)
    renditions.keep(session, source, "w320", "webp", made, at=NOON)

    assert tidy() == 1
    assert session.scalars(select(Media)).all() == session.scalars(select(Rendition)).all() == []
    assert kept(url, source.digest, made.digest) == [False, False]
    assert verbs(session)[-1] == "media.delete"


def test_bytes_that_another_row_has_or_somebody_just_sent_stay(
    session: Session, make: Make, url: str, tmp_path: Path, tidy: Tidy
) -> None:
    shared = stored(session, make, url, trashed_at=NOON)
    make.media(digest=shared.digest)
    fresh = stored(session, make, url, size=(50, 50), trashed_at=NOON)
    session.commit()
    digests = shared.digest, fresh.digest

    def send_again() -> None:
        session.commit()
        file = tmp_path / digests[1][:2] / digests[1]
        os.utime(file, (LATER.timestamp(), LATER.timestamp()))

    session.add(SettingValue(key="trash_days", value=30, updated_at=NOON))
    done = tidy_up(session, at=LATER, end_chunk=send_again, storage=open_storage(url))

    assert done["files"] == 2
    assert kept(url, *digests) == [True, True]


def test_what_is_shown_young_or_kept_by_the_settings_stays(session: Session, make: Make, url: str, tidy: Tidy) -> None:
    featured, young, kept_for_ever = (stored(session, make, url, size=(n, 9), trashed_at=NOON) for n in (9, 10, 11))
    young.trashed_at = NOON + 2 * DAY
    draft = make.post(featured_media_id=featured.id)
    make.post(body=f"![x](/media/{kept_for_ever.id}/)", trashed_at=NOON + 5 * DAY)
    session.commit()

    assert tidy() == 0
    draft = by_id(session, draft.id)
    posts.save(session, draft, {"featured_media_id": None}, base_version=1, by=make.editor(), at=NOON)
    assert tidy(days=0) == 0
    assert tidy() == 1
    assert session.get(Media, featured.id) is None


def test_a_past_edition_keeps_no_file_and_can_still_come_back(
    session: Session, make: Make, url: str, tidy: Tidy
) -> None:
    media, editor = stored(session, make, url, trashed_at=NOON), make.editor()
    post = make.post(status=PUBLISHED, featured_media_id=media.id, body=f"![x](/media/{media.id}/)", author=editor)
    posts.move_post(session, post, PostMove.TRASH, by=editor, at=NOON + 29 * DAY)
    post.featured_media_id, post.body = None, ""
    session.execute(MediaUse.__table__.delete().where(MediaUse.subject_type == "posts"))

    assert tidy() == 1
    posts.move_post(session, post, PostMove.RESTORE, by=editor, at=LATER)
    session.commit()
    assert faults(session) == 0


def test_the_picture_of_somebody_erased_goes_whatever_shows_it(
    session: Session, make: Make, url: str, tidy: Tidy
) -> None:
    person = make.author()
    prepared = actions.prepare(files.image(), "me.png", storage_url=url)
    media = portraits.take(session, prepared, by=person, at=NOON)
    post = make.post(status=PUBLISHED, featured_media_id=media.id)
    person.avatar_id = None
    portraits.take_down(session, [media], by=make.owner(), at=NOON)
    digest = media.digest

    assert tidy(days=0) == 1
    session.refresh(post)
    assert (post.featured_media_id, kept(url, digest)) == (None, [False])
    assert session.scalar(select(func.count()).select_from(MediaUse)) == 0


def test_copies_that_no_page_asks_for_go_after_a_day(session: Session, make: Make, url: str) -> None:
    media = stored(session, make, url, size=(400, 300))
    source = renditions.source_of(media)
    for width in ("w320", "w640"):
        made = renditions.make(source, {"width": int(width[1:])}, "webp", storage_url=url)
        renditions.keep(session, source, width, "webp", made, at=NOON)
    session.scalars(select(Rendition)).first().stale_at = NOON
    session.commit()

    done = tidy_up(session, at=NOON + 2 * DAY, end_chunk=session.commit, storage=open_storage(url))

    assert done["smaller copies of files"] == 1
    assert session.scalar(select(func.count()).select_from(Rendition)) == 1
