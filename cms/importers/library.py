"""The attachments of an export, and the HTML that shows them."""

import html
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import SplitResult, unquote, urlsplit

from cms.importers.parsed import ParsedAttachment

IMAGES = frozenset(".jpg .jpeg .jpe .png .gif .webp .avif .bmp .svg .ico .heic .tif .tiff".split())
SOUNDS = frozenset(".mp3 .ogg .oga .wav .m4a .flac .aac .wma .opus".split())
FILMS = frozenset(".mp4 .m4v .mov .webm .ogv .avi .mpg .mpeg .wmv .flv .3gp".split())
SIZED = re.compile(r"-\d+x\d+(\.\w+)$")


def parts_of(url: str) -> SplitResult:
    """What is no address, such as one of a machine `[`, is a path alone."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", url, "", "")


def file_name(url: str) -> str:
    """The last part of an address, readable."""
    return unquote(PurePosixPath(parts_of(url).path).name)


def suffix(url: str) -> str:
    return PurePosixPath(file_name(url)).suffix.lower()


def _stem(url: str) -> str:
    """Host and path: the scheme and the size that was asked for do not tell files apart."""
    parts = parts_of(url)
    return f"{parts.netloc}{unquote(parts.path)}".lower()


class Library:
    """Finds attachments by number and by the post that they were uploaded to."""

    def __init__(self, attachments: Iterable[ParsedAttachment] = ()) -> None:
        self._by_id = {attachment.source_id: attachment for attachment in attachments}
        self._by_stem = {_stem(attachment.url): attachment for attachment in self._by_id.values() if attachment.url}
        self._of: defaultdict[str, list[ParsedAttachment]] = defaultdict(list)
        for attachment in self._by_id.values():
            self._of[attachment.parent_id or ""].append(attachment)

    def get(self, source_id: str) -> ParsedAttachment | None:
        return self._by_id.get(source_id)

    def at(self, url: str) -> ParsedAttachment | None:
        """By address: `photo-300x200.jpg?w=300` is a size of `photo.jpg`."""
        return self._by_stem.get(_stem(url)) or self._by_stem.get(SIZED.sub(r"\1", _stem(url)))

    def of(self, post_id: str, kinds: frozenset[str]) -> list[ParsedAttachment]:
        """What was uploaded to a post, in the order its writer gave."""
        found = [attachment for attachment in self._of.get(post_id, ()) if suffix(attachment.url) in kinds]
        return sorted(found, key=lambda attachment: (attachment.position, attachment.source_id.zfill(12)))


def image_html(attachment: ParsedAttachment) -> str:
    alt = attachment.alt or attachment.title
    return f'<img src="{html.escape(attachment.url)}" alt="{html.escape(alt)}">'


def figure_html(inside: str, caption: str = "", *, gallery: bool = False) -> str:
    """A figure on lines of its own, so that the text around it stays in paragraphs."""
    legend = f"<figcaption>{caption}</figcaption>" if caption.strip() else ""
    name = ' class="gallery"' if gallery else ""
    return f"\n\n<figure{name}>{inside}{legend}</figure>\n\n"


def player_html(kind: str, url: str, poster: str = "") -> str:
    """A sound or a film with the browser's own controls."""
    cover = f' poster="{html.escape(poster)}"' if poster else ""
    return f'<{kind} controls src="{html.escape(url)}"{cover}></{kind}>'


def link_html(url: str, text: str = "") -> str:
    return f'<a href="{html.escape(url)}">{html.escape(text or url)}</a>'
