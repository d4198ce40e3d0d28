"""Folders of the library."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.core.errors import Conflict, Invalid, NotAllowed
from cms.media import folders
from cms.media.models import MediaFolder
from tests.factories import Make


def verbs(session: Session) -> list[str]:
    return list(session.scalars(select(Event.verb).order_by(Event.id)))


def test_folders_lie_in_folders_and_are_found_by_their_path(session: Session, make: Make) -> None:
    author = make.author()
    boats = folders.create(session, " Boats ", None, by=author, at=make.at)
    ferries = folders.create(session, "Ferries", boats, by=author, at=make.at)
    folders.create(session, "Ferries", None, by=author, at=make.at)

    tree = folders.tree(session)

    assert tree.path(ferries) == "/Boats/Ferries"
    assert tree.at_path("boats/FERRIES/") is ferries
    assert tree.at_path("/") is None
    assert [tree.path(folder) for folder in tree.walk()] == ["/Boats", "/Boats/Ferries", "/Ferries"]
    with pytest.raises(Invalid):
        tree.at_path("/Boats/Trains")


@pytest.mark.parametrize("name", ["", "  ", "a/b", "x" * 81, "BOATS"])
def test_a_name_that_cannot_be_is_refused_on_its_field(session: Session, make: Make, name: str) -> None:
    folders.create(session, "Boats", None, by=make.author(), at=make.at)

    with pytest.raises(Invalid) as refusal:
        folders.create(session, name, None, by=make.author(), at=make.at)

    assert refusal.value.fields.keys() == {"name"}


def test_a_folder_moves_with_what_is_in_it_but_never_into_itself(session: Session, make: Make) -> None:
    editor = make.editor()
    top = folders.create(session, "Top", None, by=editor, at=make.at)
    below = folders.create(session, "Below", top, by=editor, at=make.at)
    other = folders.create(session, "Other", None, by=editor, at=make.at)

    with pytest.raises(Invalid):
        folders.change(session, top, "Top", below, by=editor, at=make.at)
    assert folders.change(session, top, "Above", other, by=editor, at=make.at)
    assert not folders.change(session, top, "Above", other, by=editor, at=make.at)
    assert folders.tree(session).path(below) == "/Other/Above/Below"
    assert verbs(session)[-1] == "media_folder.change"


def test_folders_do_not_lie_deeper_than_anybody_can_follow(session: Session, make: Make) -> None:
    editor = make.editor()
    here: MediaFolder | None = None
    for level in range(folders.DEEPEST):
        here = folders.create(session, f"Level {level}", here, by=editor, at=make.at)

    with pytest.raises(Invalid):
        folders.create(session, "Too deep", here, by=editor, at=make.at)


def test_only_an_empty_folder_goes_and_the_trash_does_not_hold_it(session: Session, make: Make) -> None:
    editor = make.editor()
    top = folders.create(session, "Top", None, by=editor, at=make.at)
    folder = folders.create(session, "Boats", top, by=editor, at=make.at)
    media = make.media(folder_id=folder.id)
    with pytest.raises(Conflict):
        folders.delete(session, folder, by=editor, at=make.at)
    with pytest.raises(Conflict):
        folders.delete(session, top, by=editor, at=make.at)
    media.trashed_at = make.at

    folders.delete(session, folder, by=editor, at=make.at)

    session.refresh(media)
    assert media.folder_id == top.id
    assert session.get(MediaFolder, folder.id) is None


def test_a_file_moves_and_the_record_says_from_where(session: Session, make: Make) -> None:
    editor, media = make.editor(), make.media()
    folder = folders.create(session, "Boats", None, by=editor, at=make.at)

    folders.move(session, media, folder, by=editor, at=make.at)

    assert media.folder_id == folder.id
    event = session.scalars(select(Event).where(Event.verb == "media.move")).one()
    assert event.changes == {"folder_id": [None, folder.id]}
    with pytest.raises(Conflict):
        folders.move(session, media, folder, by=editor, at=make.at)


def test_who_may_only_change_their_own_files_changes_no_folder(session: Session, make: Make) -> None:
    author = make.author()
    folder = folders.create(session, "Boats", None, by=author, at=make.at)

    for act in (folders.delete, lambda *a, **k: folders.change(a[0], a[1], "Ships", None, **k)):
        with pytest.raises(NotAllowed):
            act(session, folder, by=author, at=make.at)
    with pytest.raises(NotAllowed):
        folders.create(session, "Mine", None, by=make.moderator(), at=make.at)
