"""Files that are whole or not there, whoever writes the same one at the same time; and how large a megabyte is."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

MEGABYTE = 1024 * 1024


def write_whole(place: Path, data: bytes, *, prepare: Callable[[Path], None] | None = None) -> None:
    """Under another name first, which does not stay where there is no room. It is not flushed: a crash may lose it.

    `prepare` gets the file before anybody sees it; without it, it is for its owner alone.
    """
    handle, draft = tempfile.mkstemp(dir=place.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        if prepare is not None:
            prepare(Path(draft))
        os.replace(draft, place)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise
