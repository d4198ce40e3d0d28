import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.core.errors import Conflict, Invalid, NotAllowed
from cms.media import actions
from cms.media.actions import Prepared
from cms.media.models import Media
from tests.factories import Make
from tests.media import files


def prepared(folder: Path, file: io.BytesIO | None = None, name: str = "Night ferry.png") -> Prepared:
    return actions.prepare(file or files.image(), name, storage_url=folder.as_uri())


def verbs(session: Session) -> list[str]:
    return list(session.scalars(select(Event.verb).order_by(Event.id)))


def test_a_contributor_adds_an_image(session: Session, make: Make, now: datetime, tmp_path: Path) -> None:
    contributor = make.contributor()

    media = actions.add(session, prepared(tmp_path), alt=" A ferry at night ", by=contributor, at=now)
    session.commit()

    assert (media.title, media.filename, media.alt) == ("Night ferry", "night-ferry.png", "A ferry at night")
    assert (media.uploaded_by, media.created_at, media.needs_alt) == (contributor, now, False)
    event = session.scalars(select(Event)).one()
    assert (event.verb, event.actor_id, event.subject_id) == ("media.add", contributor.id, media.id)
    assert event.changes["alt"] == [None, "A ferry at night"]


def test_a_moderator_may_not_add_files(session: Session, make: Make, now: datetime, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed, match="Upload media"):
        actions.add(session, prepared(tmp_path), by=make.moderator(), at=now)

    assert session.scalar(select(func.count(Media.id))) == 0


def test_the_same_bytes_are_one_file_in_the_library(
    session: Session, make: Make, now: datetime, tmp_path: Path
) -> None:
    first = actions.add(session, prepared(tmp_path), alt="A ferry", by=make.author(), at=now)

    second = actions.add(session, prepared(tmp_path, name="other.png"), alt="Mine", by=make.author(), at=now)

    assert second is first
    assert second.alt == "A ferry"
    assert verbs(session) == ["media.add"]


def test_bytes_that_lie_in_the_trash_are_taken_as_a_new_file(
    session: Session, make: Make, now: datetime, tmp_path: Path
) -> None:
    author = make.author()
    first = actions.add(session, prepared(tmp_path), by=author, at=now)
    actions.trash(session, first, by=author, at=now)

    second = actions.add(session, prepared(tmp_path), by=author, at=now)

    assert second is not first
    assert second.trashed_at is None


def test_a_description_is_changed_and_the_record_shows_how(session: Session, make: Make, now: datetime) -> None:
    author = make.author()
    media = make.media(uploaded_by_id=author.id, alt="Old")
    later = now + timedelta(hours=1)

    done = actions.describe(session, media, {"alt": "New", "focal_x": 0.25, "title": ""}, by=author, at=later)

    assert done
    assert (media.alt, media.focal_x, media.updated_at) == ("New", 0.25, later)
    event = session.scalars(select(Event)).one()
    assert event.changes == {"alt": ["Old", "New"], "focal_x": [0.5, 0.25]}


def test_saying_the_same_again_leaves_no_trace(session: Session, make: Make, now: datetime) -> None:
    media = make.media(alt="Old")

    assert not actions.describe(session, media, {"alt": " Old "}, by=make.editor(), at=now)
    assert verbs(session) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("alt", "x" * 501), ("title", "two\nlines"), ("caption", "\x00"), ("focal_x", 1.5), ("focal_y", float("nan"))],
)
def test_a_description_that_cannot_be_kept_is_refused_by_field(
    session: Session, make: Make, now: datetime, field: str, value: object
) -> None:
    media = make.media(alt="Old")

    with pytest.raises(Invalid) as refusal:
        actions.describe(session, media, {"decorative": True, field: value}, by=make.editor(), at=now)

    assert list(refusal.value.fields) == [field]
    assert not media.decorative


def test_an_author_changes_their_own_files_only(session: Session, make: Make, now: datetime) -> None:
    media = make.media(uploaded_by_id=make.editor().id)
    author = make.author()

    for refused in (
        lambda: actions.describe(session, media, {"alt": "New"}, by=author, at=now),
        lambda: actions.trash(session, media, by=author, at=now),
        lambda: actions.restore(session, media, by=author, at=now),
    ):
        with pytest.raises(NotAllowed, match="Manage media"):
            refused()


def test_a_file_goes_to_the_trash_and_comes_back(session: Session, make: Make, now: datetime) -> None:
    media, editor = make.media(), make.editor()

    actions.trash(session, media, by=editor, at=now)
    assert media.trashed_at == now
    with pytest.raises(Conflict):
        actions.trash(session, media, by=editor, at=now)

    actions.restore(session, media, by=editor, at=now)
    assert media.trashed_at is None
    with pytest.raises(Conflict):
        actions.restore(session, media, by=editor, at=now)
    assert verbs(session) == ["media.trash", "media.restore"]
