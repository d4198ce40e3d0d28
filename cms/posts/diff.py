"""What changed between two texts, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")
#: The work of a comparison grows with the product of both sides; beyond this one stretch stands for the other.
MOST_WORK = 1_000_000
#: So many changed lines are compared each with its neighbour; more are compared as one stretch.
MOST_PAIRS = 20


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `kind` is same, added or removed."""

    kind: str
    text: str


def compare(before: Any, after: Any) -> list[Piece]:
    """The pieces in reading order, removed ones before what took their place; values are compared by their text.

    Lines first, and words only within the lines that differ: a long text with a small change is compared in no time.
    """
    old, new = (_as_text(value).splitlines(keepends=True) for value in (before, after))
    pieces: list[Piece] = []
    for same, was, now in _stretches(old, new):
        if same:
            pieces.append(Piece("same", "".join(was)))
            continue
        side_by_side = len(was) == len(now) <= MOST_PAIRS
        pairs = zip(was, now, strict=True) if side_by_side else [("".join(was), "".join(now))]
        pieces += (piece for pair in pairs for piece in _words(*pair))
    return pieces


def replaced(before: str, after: str) -> list[Piece]:
    """One for the other as a whole, where parts of them would mean nothing."""
    return [piece for piece in (Piece("removed", before), Piece("added", after)) if piece.text]


def _words(old: str, new: str) -> Iterator[Piece]:
    for same, was, now in _stretches(_PIECES.findall(old), _PIECES.findall(new)):
        if same:
            yield Piece("same", "".join(was))
            continue
        if was:
            yield Piece("removed", "".join(was))
        if now:
            yield Piece("added", "".join(now))


def _stretches(a: list[str], b: list[str]) -> Iterator[tuple[bool, list[str], list[str]]]:
    """Both sides cut where they begin and cease to agree; what is common at both ends costs nothing."""
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    a_mid, b_mid = a[head : len(a) - tail], b[head : len(b) - tail]
    if head:
        yield True, a[:head], b[:head]
    if len(a_mid) * len(b_mid) > MOST_WORK:
        yield False, a_mid, b_mid
    else:
        for operation, start, end, other, other_end in SequenceMatcher(None, a_mid, b_mid).get_opcodes():
            yield operation == "equal", a_mid[start:end], b_mid[other:other_end]
    if tail:
        yield True, a[len(a) - tail :], b[len(b) - tail :]


def _common(a: list[str], b: list[str]) -> int:
    """How many items agree from the start."""
    return next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
