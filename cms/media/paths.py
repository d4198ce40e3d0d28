"""Public addresses of files: the id finds the row, the digest makes the address unguessable and cacheable for ever."""

import re

from cms.media.shown import Pictured

_REFERENCE = re.compile(r"/media/(\d{1,9})/")
_PATH = re.compile(r"/media/(\d{1,9})/([0-9a-f]{16})/[^/\s)\"'>]+")


def path_of(media: Pictured) -> str:
    """Where a browser finds the file."""
    return f"/media/{media.id}/{media.digest[:16]}/{media.filename}"


def ids_in(text: str) -> set[int]:
    """Ids of the files that a text refers to by address."""
    return {int(match[1]) for match in _REFERENCE.finditer(text)}


def id_of(path: str) -> int | None:
    """The id in one address; None where it is not an address of ours."""
    match = _PATH.fullmatch(path)
    return int(match[1]) if match else None
