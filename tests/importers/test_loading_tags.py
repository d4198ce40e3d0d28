"""Tags of an import whose names are stranger than any that people type."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.importers.loading import Options, load
from cms.importers.loading.files import Shelf
from cms.importers.parsed import ParsedSite, ParsedTag
from cms.taxonomy.models import Tag
from tests.conftest import NOON


@pytest.mark.parametrize("letter", ["ŉ", "ΐ", "ﬃ", "ß", "İ", "漢", "🦀"])
def test_long_names_are_cut_until_their_small_form_fits_and_stay_apart(session: Session, letter: str) -> None:
    names = [letter * 80, letter * 200, f"{letter * 79}x"]
    tags = tuple(ParsedTag(str(number), name, f"slug-{number}") for number, name in enumerate(names))

    load(
        session,
        ParsedSite(origin="wordpress:https://old.example.com", items=(), tags=tags),
        at=NOON,
        options=Options(Shelf()),
    )
    session.commit()

    keys = session.scalars(select(Tag.key)).all()
    assert len(set(keys)) == 3
    assert max(map(len, keys)) <= 80
