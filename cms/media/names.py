"""File names of our own: a slug of what was sent, and the extension of what the bytes are."""

import re
import unicodedata

from cms.core.text import slugify

TITLE_LENGTH = 200
#: Names that some systems take for a device, whatever the extension.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")


def filename_for(sent: str, extension: str) -> str:
    """Lower-case ASCII that is safe in an address, a header and a folder; never the extension that was sent."""
    slug = slugify(_stem(sent), fallback="file")
    return f"{slug}-file.{extension}" if _DEVICES.fullmatch(slug) else f"{slug}.{extension}"


def title_for(sent: str) -> str:
    """The sent name for people to read: no folder, no extension, nothing invisible."""
    visible = "".join(
        " " if character in "_\t\n" else character
        for character in unicodedata.normalize("NFC", _stem(sent)[: 4 * TITLE_LENGTH])
        if character in "\t\n" or unicodedata.category(character)[0] != "C"
    )
    return " ".join(visible.split())[:TITLE_LENGTH]


def _stem(sent: str) -> str:
    base = re.split(r"[/\\]", sent.strip())[-1]
    stem, dot, _extension = base.rpartition(".")
    return stem if dot and stem else base.lstrip(".")
