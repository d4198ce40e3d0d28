"""The files of an import: which ones, and what is in them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import ftfy

from cms.core.errors import Invalid
from cms.core.i18n import _

PLAIN = ".txt"
SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".mkd", PLAIN})
LARGEST = 8 * 1024 * 1024
REPAIR = ftfy.TextFixerConfig(replace_lossy_sequences=False)


def chosen(paths: Iterable[Path]) -> list[Path]:
    """Each file once; in place of a folder, the Markdown files in it and below it."""
    return list({path.absolute(): path for given in paths for path in _of(given)}.values())


def _of(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    below = sorted(inner for inner in path.rglob("*") if _is_meant(inner.relative_to(path)) and inner.is_file())
    if not below:
        raise Invalid(_("There is no Markdown file (.md) in %(folder)s.", folder=path))
    yield from below


def _is_meant(path: Path) -> bool:
    is_hidden = any(part.startswith(".") for part in path.parts)
    return not is_hidden and path.suffix.lower() in SUFFIXES - {PLAIN}


def read_text(path: Path) -> str:
    """The text of a file with `\\n` for line ends."""
    if path.suffix.lower() not in SUFFIXES:
        raise Invalid(_("%(file)s is not a Markdown file (.md).", file=path))
    try:
        if path.stat().st_size > LARGEST:
            raise Invalid(_("%(file)s is too large for a post.", file=path))
        data = path.read_bytes()
    except OSError as error:
        raise Invalid(_("%(file)s cannot be read: %(why)s.", file=path, why=error.strerror or str(error))) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Invalid(_("%(file)s is not UTF-8 (line %(line)s).", file=path, line=line)) from error
    if "\0" in text:
        raise Invalid(_("%(file)s is not a text file.", file=path))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def repaired(text: str) -> tuple[str, int]:
    """The text, and in how many lines wrongly decoded characters were repaired."""
    lines = text.split("\n")
    better = [ftfy.fix_encoding(line, REPAIR) for line in lines]
    return "\n".join(better), sum(before != after for before, after in zip(lines, better, strict=True))
