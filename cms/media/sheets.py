"""Many small squares as one picture, a strip of cells, so that a list of files costs one request and not one for each.

The address names the files and, by a digest, what each of them shows: what lies there never changes. The digest is made
with a key, so that only lists that we made have a strip: of a few public files strangers could name any number of rows.
"""

import hmac
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from cms.core.db import row_id
from cms.core.keys import keyed_digest
from cms.media.images import composed
from cms.media.models import Media
from cms.media.renditions import FORMATS, SIDES, has_renditions, square_of

#: Every strip has so many cells, so that where one lies depends on its number alone.
CELLS = 25
#: The shape that cells are made from.
CELL_SIDE, CELL_FORMAT = SIDES[-1], "webp"


@dataclass(frozen=True)
class Cell:
    """Where the square of one file lies."""

    sheet: str
    number: int

    def path(self, side: int, format: str = "webp") -> str:
        """The address of the whole strip, whose cells have so many pixels at each edge."""
        return f"{self.sheet}/{side}.{format}"


def cells_of(files: Iterable[Media], key: str) -> dict[int, Cell]:
    """Id → cell, for those of the files that have smaller copies; as many strips as are needed."""
    pictured = [media for media in files if has_renditions(media) and media.trashed_at is None]
    strips = [pictured[start : start + CELLS] for start in range(0, len(pictured), CELLS)]
    return {
        media.id: Cell(address, number)
        for strip, address in ((strip, _address(strip, key)) for strip in strips)
        for number, media in enumerate(strip)
    }


def ids_of(named: str) -> list[int]:
    """The ids that an address names; none where it names anything else."""
    found = [row_id(one) for one in named.split("-", CELLS)]
    ids = [one for one in found if one is not None]
    return ids if len(ids) == len(found) <= CELLS else []


def is_current(files: Sequence[Media], digest: str, key: str) -> bool:
    """Whether this is what the files show today, and we named them together."""
    return all(has_renditions(media) for media in files) and hmac.compare_digest(
        _digest(files, key).encode(), digest.encode()
    )


def compose(cells: Sequence[BinaryIO | None], side: int, format: str) -> BinaryIO:
    """A strip of these squares; a cell is left empty where there is none, or it cannot be read."""
    sizes = []
    with tempfile.TemporaryFile() as pile:
        for cell in cells:
            start = pile.tell()
            if cell is not None:
                pile.write(cell.read())
            sizes.append(pile.tell() - start)
        pile.seek(0)
        plan = {"sizes": sizes, "cells": CELLS, "side": side, "format": format.upper()}
        return composed(pile, json.dumps(plan))


def is_declared(side: int, format: str) -> bool:
    return side in SIDES and format in FORMATS


def _address(files: Sequence[Media], key: str) -> str:
    return f"/media/sheets/{'-'.join(str(media.id) for media in files)}/{_digest(files, key)}"


def _digest(files: Sequence[Media], key: str) -> str:
    shown = [f"{media.id} {media.digest} {square_of(media, CELL_SIDE)}" for media in files]
    return keyed_digest(key, "\n".join(shown))[:32]
