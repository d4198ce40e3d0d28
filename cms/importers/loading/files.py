"""Attachments that lie beside the export come into the library; nothing is fetched from the network."""

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.actions import record
from cms.core.errors import CmsError
from cms.core.i18n import _
from cms.importers.library import file_name, parts_of
from cms.importers.loading.known import known
from cms.importers.loading.texts import origin_of, shortened
from cms.importers.parsed import Note, ParsedAttachment, ParsedSite, Severity
from cms.importers.report import Report
from cms.media import words as index
from cms.media.actions import Prepared, prepare, same_as
from cms.media.inspect import DEFAULT_LIMITS, Limits, inspect
from cms.media.models import Media
from cms.media.paths import path_of


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where files are looked for, and where they go; without a storage they are checked and put nowhere."""

    folders: tuple[Path, ...] = ()
    storage_url: str | None = None
    limits: Limits = DEFAULT_LIMITS


class Files:
    """The library's rows for the attachments of an import."""

    def __init__(self, session: Session, report: Report, shelf: Shelf, *, at: datetime) -> None:
        self._session = session
        self._report = report
        self._shelf = shelf
        self._at = at
        self._media: dict[str, Media] = {}
        self._prepared: dict[str, Prepared] = {}

    def prepare(self, site: ParsedSite) -> None:
        """Read and check every file; slow, and before anything is written."""
        here = self._here(site)
        names = Counter(file_name(attachment.url).lower() for attachment in site.attachments)
        labels = {item.source_id: item.label for item in site.items}
        for attachment in site.attachments:
            if origin_of(site.origin, "file", attachment.source_id) in here:
                continue
            is_only = names[file_name(attachment.url).lower()] == 1
            path = attachment.path or self._find(attachment.url, by_name=is_only)
            if path is None:
                self._note(
                    attachment, labels, _("Not found beside the export, and nothing is fetched from the network.")
                )
            else:
                self._prepare(attachment, path, labels)

    def load(self, site: ParsedSite) -> None:
        """Write the rows of what was prepared, and find those of an earlier import."""
        here = self._here(site)
        self._report.known["files"] += len(here)
        for attachment in site.attachments:
            origin = origin_of(site.origin, "file", attachment.source_id)
            media = here.get(origin) or self._add(attachment, origin)
            if media is not None:
                self._media[attachment.source_id] = media
        self._session.flush()

    def get(self, source_id: str | None) -> Media | None:
        return self._media.get(source_id or "")

    def address(self, source_id: str) -> str | None:
        """Where browsers find the file now; None where it did not come."""
        media = self._media.get(source_id)
        return path_of(media) if media is not None else None

    def _here(self, site: ParsedSite) -> dict[str, Media]:
        wanted = (origin_of(site.origin, "file", attachment.source_id) for attachment in site.attachments)
        return {media.origin or "": media for (media,) in known(self._session, select(Media), Media.origin, wanted)}

    def _find(self, url: str, *, by_name: bool) -> Path | None:
        """`…/uploads/2024/02/a.jpg` as the end of a path below one of the folders, the longest first."""
        parts = [part for part in unquote(parts_of(url).path).split("/") if part]
        ends = range(len(parts) if by_name else max(len(parts) - 1, 0))
        for folder in self._shelf.folders:
            root = folder.resolve()
            for start in ends:
                try:
                    path = root.joinpath(*parts[start:]).resolve()
                    if path.is_relative_to(root) and path.is_file():
                        return path
                except (OSError, ValueError):  # a name too long, or with a NUL
                    continue
        return None

    def _prepare(self, attachment: ParsedAttachment, path: Path, labels: dict[str, str]) -> None:
        try:
            self._prepared[attachment.source_id] = self._read(path, file_name(attachment.url) or path.name)
        except CmsError as refusal:
            self._note(attachment, labels, refusal.message)
        except OSError as error:
            self._note(attachment, labels, error.strerror or str(error))

    def _read(self, path: Path, name: str) -> Prepared:
        with path.open("rb") as file:
            if self._shelf.storage_url is not None:
                return prepare(file, name, storage_url=self._shelf.storage_url, limits=self._shelf.limits)
            content, facts = inspect(file, name, self._shelf.limits)
            digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
            if content is not file:
                content.close()
            return Prepared(**asdict(facts), digest=digest)

    def _note(self, attachment: ParsedAttachment, labels: dict[str, str], why: str) -> None:
        what = _("file %(name)s", name=attachment.url or attachment.path or attachment.source_id)
        self._report.notes.append(Note(labels.get(attachment.parent_id or "", ""), what, why, Severity.PROBLEM))

    def _add(self, attachment: ParsedAttachment, origin: str) -> Media | None:
        prepared = self._prepared.get(attachment.source_id)
        if prepared is None:
            return None
        same = same_as(self._session, prepared)
        if same is not None:
            self._report.known["files"] += 1
            return same
        words: dict[str, Any] = {
            "title": shortened(attachment.title, 200) or prepared.title,
            "alt": shortened(attachment.alt, 500),
            "caption": shortened(attachment.caption, 500),
        }
        media = Media(**asdict(prepared) | words, origin=origin, created_at=self._at, updated_at=self._at)
        self._session.add(media)
        index.put(self._session, media)
        changes = {name: (None, getattr(media, name)) for name in ("filename", "mime", "bytes", "digest", "origin")}
        record(self._session, "media.add", media, by=None, at=self._at, changes=changes)
        self._report.came["files"] += 1
        return media
