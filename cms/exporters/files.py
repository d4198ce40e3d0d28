"""The files of the library, under names that people can read."""

import re
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.exporters.batches import batches, by_id
from cms.exporters.folder import Folder, named
from cms.exporters.progress import Tally
from cms.importers.loading.addresses import TARGET
from cms.importers.pieces import pieces
from cms.media.models import Media
from cms.media.storage import Storage

FOLDER = "media"
_NAMED = (Media.id, Media.filename)
_TOLD = (Media.title, Media.alt, Media.decorative, Media.caption, Media.mime, Media.bytes, Media.width, Media.height)
_PATH = r"/media/(?P<id>\d{1,9})/[0-9a-f]{16}/[^\s<>()\"?#/]+(?P<rest>[?#]\S*)?"


class Files:
    """What is in the trash, or missing in the storage, has no name here."""

    def __init__(self, session: Session, storage: Storage, *, base_url: str) -> None:
        self._session = session
        self._storage = storage
        self._twins = _twins(session)
        self._missing: set[int] = set()
        self._address = re.compile(rf"(?:{re.escape(base_url)})?{_PATH}")

    def write(self, folder: Folder, tally: Tally, zone: tzinfo) -> None:
        """Every original, and `media.json`, which says what it shows."""
        query = select(*_NAMED, *_TOLD, Media.digest, Media.created_at).where(Media.trashed_at.is_(None))
        with folder.rows("media.json") as add:
            for rows in batches(self._session, query, Media.id):
                for row in rows:
                    self._copy(folder, row, tally)
                    told = {column.key: getattr(row, column.key) for column in (*_NAMED, *_TOLD)}
                    created = row.created_at.astimezone(zone).isoformat()
                    add({"file": self._path(row)} | told | {"created": created})

    def paths(self, ids: Iterable[int | None]) -> dict[int, str]:
        """Where these are in the folder; one question."""
        query = select(*_NAMED).where(Media.trashed_at.is_(None))
        found = by_id(self._session, query, Media.id, ids)
        return {id: path for id, row in found.items() if (path := self._path(row))}

    def ids_in(self, text: str) -> Iterator[int]:
        return (int(found["id"]) for found in self._address.finditer(text))

    def rewritten(self, text: str, paths: dict[int, str], *, depth: int) -> str:
        """The text with files named from where it lies, so many folders down; code is left as it is."""

        def replaced(found: re.Match[str]) -> str:
            address = self._address.fullmatch(found["quoted"] or found["plain"] or "")
            path = paths.get(int(address["id"])) if address else None
            if address is None or path is None:
                return found[0]
            return f"{found['before'] or found['open']}{'../' * depth}{path}{address['rest'] or ''}"

        if not self._address.search(text):
            return text
        return "".join(part if is_code else TARGET.sub(replaced, part) for is_code, part in pieces(text))

    def _copy(self, folder: Folder, row: Any, tally: Tally) -> None:
        try:
            with self._storage.open(row.digest) as file:
                folder.copy((FOLDER, self._name(row)), file)
        except FileNotFoundError:
            self._missing.add(row.id)
            tally.missing.append(row.filename)
        tally.add("files")

    def _path(self, row: Any) -> str | None:
        return None if row.id in self._missing else f"{FOLDER}/{self._name(row)}"

    def _name(self, row: Any) -> str:
        """Its own; the second of a name has its number too, after a sign that no other name has."""
        name = named(row.filename, row.id)
        if row.id not in self._twins:
            return name
        path = PurePosixPath(name)
        return f"{path.stem}_{row.id}{path.suffix}"


def _twins(session: Session) -> frozenset[int]:
    """Files that have the name of an earlier one."""
    place = func.row_number().over(partition_by=Media.filename, order_by=Media.id).label("place")
    ranked = select(Media.id, place).where(Media.trashed_at.is_(None)).subquery()
    return frozenset(session.scalars(select(ranked.c.id).where(ranked.c.place > 1)))
