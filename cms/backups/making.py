"""Making a backup while the site serves and is written to."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from cms.backups.manifest import Contents, Manifest
from cms.backups.shelf import FILES, MANIFEST, Backup, name_at, write_json
from cms.backups.site import Site


def make(site: Site, *, at: datetime, job_id: int | None = None) -> Backup:
    """Files first, then the database, then the files that came meanwhile: what a row speaks of is there.

    A job that is done twice makes one backup.
    """
    with site.shelf.alone():
        for known in site.shelf.all():
            if job_id is not None and known.manifest.job_id == job_id:
                return known
        _keep(site, site.database.contents().digests)
        name = name_at(at)
        with site.shelf.new(name) as folder:
            database = folder / site.database.file
            contents = site.database.copy(database)
            files = _keep(site, contents.digests)
            write_json(folder / FILES, files)
            write_json(folder / MANIFEST, _described(site, contents, database, files, at, job_id).as_json())
        site.shelf.forget_failure()
    return site.shelf.get(name)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _keep(site: Site, digests: Iterable[str]) -> dict[str, int]:
    """Each is copied once, whole and under the digest of what was read; how large those are that are there."""
    found = {}
    for digest in sorted(digests):
        try:
            if not site.shelf.files.exists(digest):
                with site.storage.open(digest) as file:
                    read = site.shelf.files.put(file)
                if read != digest:  # the storage itself is damaged here
                    site.shelf.files.delete(read)
                    continue
            with site.shelf.files.open(digest) as kept:
                found[digest] = kept.seek(0, 2)
        except FileNotFoundError:
            continue
    return found


def _described(
    site: Site, contents: Contents, database: Path, files: dict[str, int], at: datetime, job_id: int | None
) -> Manifest:
    return Manifest(
        made_at=at,
        database=site.database.kind,
        file=site.database.file,
        digest=digest_of(database),
        bytes=database.stat().st_size,
        head=contents.head,
        counts=contents.counts,
        files=len(files),
        files_bytes=sum(files.values()),
        missing=sorted(contents.digests - files.keys()),
        key_mark=site.key_mark,
        job_id=job_id,
    )
