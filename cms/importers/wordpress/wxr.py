"""WordPress eXtended RSS as records of strings: read as a stream, so that memory follows the text and not the file.

Nothing is trusted: entities are refused before they are expanded, control characters that XML forbids (and WordPress
writes) are dropped, and whatever else is wrong with the file is one `Invalid` with a sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from cms.core.errors import Invalid
from cms.core.i18n import _

#: Exports say http or https, and 1.0 to 1.2; the words after that are the same.
NAMESPACES = (
    (re.compile(r"https?://(?:www\.)?wordpress\.org/export/1\.\d+/excerpt/?"), "excerpt"),
    (re.compile(r"https?://(?:www\.)?wordpress\.org/export/1\.\d+/?"), "wp"),
    (re.compile(r"https?://purl\.org/rss/1\.0/modules/content/?"), "content"),
    (re.compile(r"https?://purl\.org/dc/elements/1\.1/?"), "dc"),
)
CONTROL_BYTES = bytes(set(range(32)) - {9, 10, 13})
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
#: What expat calls the end of a file that has none.
CUT_SHORT = {"no element found", "unclosed token", "unclosed CDATA section"}
PACKED = {b"PK\x03\x04": "ZIP", b"\x1f\x8b": "gzip"}


@dataclass(slots=True)
class Record:
    """An element of the channel: its own texts by name, and the parts that come several times."""

    name: str
    fields: dict[str, str] = field(default_factory=dict)
    #: (domain, nicename, name) of each category or tag of an item
    terms: list[tuple[str, str, str]] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    old_slugs: list[str] = field(default_factory=list)
    comments: list[dict[str, str]] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.fields.get(name, "")


class Channel:
    """Iterate once: yields the records of an export in the order of the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.control_characters = 0
        self.declares_version = False

    def __iter__(self) -> Iterator[Record]:
        try:
            with self.path.open("rb") as file:
                yield from self._records(_Clean(file, self))
        except OSError as error:
            raise Invalid(
                _("%(file)s cannot be read: %(why)s.", file=self.path, why=error.strerror or error)
            ) from error
        if not self.declares_version:
            raise Invalid(_("%(file)s is XML, but not a WordPress export (it has no WXR version).", file=self.path))

    def _records(self, file: "_Clean") -> Iterator[Record]:
        depth = 0
        channel: Element | None = None
        for event, element in self._parsed(file):
            if event == "start":
                depth += 1
                self._check_place(depth, element)
                channel = element if depth == 2 else channel
                continue
            depth -= 1
            if depth == 2 and channel is not None:
                record = _record(element)
                if record.name == "wp:wxr_version":
                    self._check_version(element.text or "")
                yield record
                channel.clear()

    def _parsed(self, file: "_Clean") -> Iterator[tuple[str, Element]]:
        events = iter(iterparse(file, events=("start", "end")))
        while True:
            try:
                found = next(events, None)
            except DefusedXmlException as error:
                why = _(
                    "%(file)s declares entities or refers to other files, which no export does: refused.",
                    file=self.path,
                )
                raise Invalid(why) from error
            except ParseError as error:
                raise Invalid(_why_broken(self.path, error)) from error
            except (LookupError, ValueError) as error:  # an encoding nobody knows, or one that its bytes contradict
                raise Invalid(_("%(file)s is not in an encoding that can be read.", file=self.path)) from error
            if found is None:
                return
            yield found

    def _check_place(self, depth: int, element: Element) -> None:
        expected = {1: "rss", 2: "channel"}.get(depth)
        if expected is not None and _name(element.tag) != expected:
            raise Invalid(_("%(file)s is XML, but not a WordPress export.", file=self.path))

    def _check_version(self, version: str) -> None:
        if not re.fullmatch(r"\s*1\.\d+\s*", version):
            raise Invalid(
                _("%(file)s is a WordPress export of version “%(version)s”; 1.0 to 1.2 can be read.",
                  file=self.path, version=version.strip()[:20])
            )  # fmt: skip
        self.declares_version = True


class _Clean:
    """The bytes of a file without control characters, which WordPress writes and XML forbids."""

    def __init__(self, file: BinaryIO, channel: Channel) -> None:
        self._file = file
        self._channel = channel
        head = file.read(4)
        file.seek(0)
        for magic, kind in PACKED.items():
            if head.startswith(magic):
                raise Invalid(
                    _("%(file)s is a %(kind)s archive: unpack it and import the .xml file inside.",
                      file=channel.path, kind=kind)
                )  # fmt: skip
        self._is_wide = head.startswith(WIDE_MARKS)

    def read(self, size: int = -1) -> bytes:
        while data := self._file.read(size):
            clean = data if self._is_wide else data.translate(None, CONTROL_BYTES)
            self._channel.control_characters += len(data) - len(clean)
            if clean:  # an empty answer would mean the end of the file
                return clean
        return b""


def _why_broken(path: Path, error: ParseError) -> str:
    line, column = error.position
    if line == 1 and column == 0:
        return _(
            "%(file)s is empty or is not XML: choose the file that WordPress made under Tools → Export.", file=path
        )
    if str(error).partition(":")[0] in CUT_SHORT:
        return _("%(file)s ends in the middle (line %(line)s): it was not saved whole.", file=path, line=line)
    return _("%(file)s is not well-formed XML (line %(line)s): it is damaged or of another kind.", file=path, line=line)


def _name(tag: str) -> str:
    """`{https://wordpress.org/export/1.2/}post_id` → `wp:post_id`; an unknown vocabulary keeps its braces."""
    if not tag.startswith("{"):
        return tag
    uri, _brace, local = tag[1:].partition("}")
    for pattern, prefix in NAMESPACES:
        if pattern.fullmatch(uri):
            return f"{prefix}:{local}"
    return tag


def _record(element: Element) -> Record:
    record = Record(_name(element.tag))
    if element.text and element.text.strip():
        record.fields[""] = element.text
    for child in element:
        name = _name(child.tag)
        if name == "wp:comment":
            record.comments.append({_name(part.tag): part.text or "" for part in child})
        elif name == "wp:postmeta":
            parts = {_name(part.tag): part.text or "" for part in child}
            key = parts.get("wp:meta_key", "")
            if key == "_wp_old_slug":
                record.old_slugs.append(parts.get("wp:meta_value", ""))
            elif not key.startswith("_oembed"):  # whole third-party pages, kept by WordPress as a cache
                record.meta.setdefault(key, parts.get("wp:meta_value", ""))
        elif name == "category":
            record.terms.append((child.get("domain", ""), child.get("nicename", ""), child.text or ""))
        else:
            record.fields.setdefault(name, child.text or "")
    return record
