"""What is taken into the library, and as what. No database here: it is done before any lock is held."""

import os
from dataclasses import dataclass
from typing import BinaryIO

from cms.core.errors import Invalid, TooLarge
from cms.core.files import MEGABYTE
from cms.core.i18n import _
from cms.media.images import rewritten
from cms.media.kinds import is_heic, type_of
from cms.media.models import MediaKind
from cms.media.names import filename_for, title_for

#: How the names of images end that are taken.
IMAGE_NAMES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")


@dataclass(frozen=True)
class Limits:
    """What the owner's settings allow; the defaults are those of the settings."""

    megabytes: int = 16
    megapixels: int = 50


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a file that may be kept."""

    kind: MediaKind
    mime: str
    filename: str
    title: str
    bytes: int
    width: int | None = None
    height: int | None = None


def inspect(file: BinaryIO, sent_name: str, limits: Limits) -> tuple[BinaryIO, Facts]:
    """What will be served and what it is; for an image that is a new file, which the caller closes.

    TooLarge or Invalid, with a sentence, where the bytes (never the name) say that it is not taken.
    """
    size = _size_of(file)
    if size > limits.megabytes * MEGABYTE:
        raise TooLarge(_("This file is larger than %(most)s MB, the most that is taken.", most=limits.megabytes))
    if size == 0:
        raise Invalid(_("This file is empty."))
    found = type_of(file)
    if found is None:
        raise Invalid(_unknown(file, sent_name))
    content, width, height = file, None, None
    if found.decoder:
        content, found, width, height = rewritten(file, found, limits.megapixels)
    return content, Facts(
        kind=found.kind,
        mime=found.mime,
        filename=filename_for(sent_name, found.extension),
        title=title_for(sent_name),
        bytes=_size_of(content),
        width=width,
        height=height,
    )


def _size_of(file: BinaryIO) -> int:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size


def _unknown(file: BinaryIO, sent_name: str) -> str:
    if is_heic(file.read(16)):
        return _("HEIC photos are not taken. Save the photo as JPEG and send that.")
    if sent_name.lower().endswith(IMAGE_NAMES):
        return _("This is not an image, whatever its name says.")
    return _(
        "Files of this type are not taken. Images may be JPEG, PNG, WebP, GIF or AVIF; documents PDF; "
        "sound MP3, M4A, OGG, WAV or FLAC; video MP4 or WebM."
    )
