"""What an earlier import left here, found by where it came from."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import InstrumentedAttribute, Session

#: Values of one statement: databases take more of them, but not any number.
CHUNK = 500


def known(
    session: Session, query: Select[*tuple[Any, ...]], origin: InstrumentedAttribute[str | None], wanted: Iterable[str]
) -> Iterator[Row[*tuple[Any, ...]]]:
    """What the query finds among rows of these origins, asked for a few hundred at a time."""
    every = list(wanted)
    for start in range(0, len(every), CHUNK):
        yield from session.execute(query.where(origin.in_(every[start : start + CHUNK])))
