"""What each version of a post changed, for one line of its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.core.text import count_words
from cms.posts.fields import EDITABLE, LABELS
from cms.posts.models import Revision

#: The words of longer texts are not counted for a line of a list.
LONGEST_COUNTED = 100_000


@dataclass(frozen=True)
class Step:
    """From the version before to this one: the names of the fields, and the words that the text gained or lost."""

    fields: tuple[str, ...]
    words: int


def steps(session: Session, versions: Sequence[Revision]) -> dict[int, Step]:
    """By number, for all but the oldest of these; read one after the other, since a text may be a megabyte."""
    rows = session.execute(
        select(Revision.number, Revision.taken, Revision.snapshot)
        .where(Revision.id.in_([version.id for version in versions]))
        .order_by(Revision.number)
        .execution_options(yield_per=5)
    )
    found: dict[int, Step] = {}
    before: dict[str, Any] | None = None
    for number, is_taken, snapshot in rows:
        if before is not None:
            found[number] = _step(before, snapshot)
        if is_taken or before is None:
            before = snapshot
    return found


def _step(before: dict[str, Any], after: dict[str, Any]) -> Step:
    changed = tuple(LABELS[field] for field in EDITABLE if before.get(field) != after.get(field))
    return Step(changed, _words(after) - _words(before) if before.get("body") != after.get("body") else 0)


def _words(snapshot: dict[str, Any]) -> int:
    return count_words((snapshot.get("body") or "")[:LONGEST_COUNTED])
