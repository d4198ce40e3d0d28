"""The library is searched by what a file is called and what is said about it, whatever changed either."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms import search
from cms.media import actions, emptying, portraits, versions
from cms.media.models import Media
from tests.factories import Make
from tests.media import files


def found(session: Session, words: str) -> list[int]:
    return list(session.scalars(select(Media.id).where(search.matching(session, search.MEDIA, Media.id, words))))


def prepared(folder: Path, name: str, size: tuple[int, int] = (40, 30)) -> actions.Prepared:
    return actions.prepare(files.image(size=size), name, storage_url=folder.as_uri())


def test_a_file_is_found_by_its_name_and_by_what_is_said_now(session: Session, make: Make, tmp_path: Path) -> None:
    editor = make.editor()
    media = actions.add(session, prepared(tmp_path, "DSC_0817 harbour.png"), alt="Low water", by=editor, at=make.at)
    assert [found(session, words) for words in ("0817", "harb", "low water")] == [[media.id]] * 3

    actions.describe(session, media, {"alt": "High water", "caption": "By Edda Strand"}, by=editor, at=make.at)
    assert found(session, "high edda") == [media.id]
    assert found(session, "low") == []

    versions.replaced(session, media, prepared(tmp_path, "quay.png", (50, 30)), by=editor, at=make.at)
    assert found(session, media.filename) == [media.id]
    assert search.missing(session, search.MEDIA) == 0


def test_an_erased_portrait_is_found_by_nothing_that_it_was_called(
    session: Session, make: Make, tmp_path: Path
) -> None:
    person, owner = make.author(), make.owner()
    portrait = portraits.take(session, prepared(tmp_path, "edda.png"), by=person, at=make.at)
    actions.describe(session, portrait, {"title": "Edda Strand"}, by=owner, at=make.at)

    portraits.take_down(session, [portrait], by=owner, at=make.at)

    assert found(session, "edda") == []
    assert found(session, "portrait") == [portrait.id]


def test_what_goes_for_good_goes_from_the_index(session: Session, make: Make) -> None:
    media = make.media(filename="gone.png", trashed_at=make.at)

    emptying.remove(session, media, at=make.at)

    assert found(session, "gone") == []
    assert search.missing(session, search.MEDIA) == 0
