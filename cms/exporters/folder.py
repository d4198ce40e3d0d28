"""The folder that is written: beside its place, and in it once it is whole."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from cms.core.errors import Invalid
from cms.core.i18n import _

Row = dict[str, Any]
#: What a name in the folder looks like; any other one becomes a number.
SAFE = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,198}[a-z0-9])?")


class Folder:
    """What is in it is its owner's alone, since it holds addresses; nothing is written over or outside."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def free(self, folders: tuple[str, ...], name: str, suffix: str, *, id: int) -> tuple[str, ...]:
        """The parts of a path that nothing has yet; those that are no names of ours are numbered."""
        parts = tuple(named(part, id) for part in (*folders, name))
        wanted = (*parts[:-1], f"{parts[-1]}{suffix}")
        taken = self._root.joinpath(*wanted).exists()
        return (*parts[:-1], f"{parts[-1]}_{id}{suffix}") if taken else wanted

    def write(self, parts: tuple[str, ...], text: str) -> None:
        """With its line ends as they are."""
        with self._text(parts) as file:
            file.write(text)

    def copy(self, parts: tuple[str, ...], source: BinaryIO) -> None:
        with os.fdopen(self._new(parts), "wb") as file:
            shutil.copyfileobj(source, file)

    @contextmanager
    def rows(self, name: str) -> Iterator[Callable[[Row], None]]:
        """A list in JSON, one row a line, of which no more than one is in memory."""
        with self._text((name,)) as file:
            before = "[\n"

            def add(row: Row) -> None:
                nonlocal before
                file.write(before + json.dumps(row, ensure_ascii=False))
                before = ",\n"

            yield add
            file.write("[]\n" if before == "[\n" else "\n]\n")

    def _text(self, parts: tuple[str, ...]) -> TextIO:
        return os.fdopen(self._new(parts), "w", encoding="utf-8", newline="")

    def _new(self, parts: tuple[str, ...]) -> int:
        folder = self._root
        for part in parts[:-1]:
            folder = folder / part
            folder.mkdir(mode=0o700, exist_ok=True)
        return os.open(folder / parts[-1], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def named(name: str, id: int) -> str:
    """The name, where it can be a part of a path and of no other one."""
    return name if SAFE.fullmatch(name) and ".." not in name else f"_{id}"


@contextmanager
def new_folder(target: Path) -> Iterator[Folder]:
    """In its place when the block ends; what fails or is interrupted leaves nothing."""
    target = target.resolve()
    if not target.parent.is_dir():
        raise Invalid(_("There is no folder %(folder)s.", folder=target.parent))
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise Invalid(_("%(folder)s is there already and not an empty folder.", folder=target))
    draft = Path(tempfile.mkdtemp(prefix=".export-", dir=target.parent))
    try:
        yield Folder(draft)
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
