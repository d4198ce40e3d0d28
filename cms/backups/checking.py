"""Checking a backup by doing what one would in need: the database is put back for a trial, every file is read."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from cms.backups.making import digest_of
from cms.backups.shelf import Backup, Checked
from cms.backups.site import Site
from cms.core.errors import Conflict
from cms.core.i18n import N_, reason

DAMAGED = N_("The copy of the database is damaged.")
DIFFERS = N_("The copy of the database does not hold what the manifest says.")
LOST = N_("Files are missing or damaged; the next backup copies them again.")
UNLISTED = N_("The list of its files is damaged.")
UNREADABLE = N_("The database could not be put back for a trial.")
OTHER_KIND = N_("The backup is of the other kind of database.")


def check(site: Site, backup: Backup, *, at: datetime) -> Checked:
    """Noted beside the backup. A problem is a sentence, and in a second line what no language changes."""
    with site.shelf.alone():
        restored, problems = _database(site, backup)
        problems += _files(site, backup)
        checked = Checked(at, restored, problems)
        site.shelf.note_check(backup, checked)
    return checked


def require_kind(site: Site, backup: Backup) -> None:
    if backup.manifest.database != site.database.kind:
        raise Conflict(OTHER_KIND)


def _database(site: Site, backup: Backup) -> tuple[bool, list[str]]:
    require_kind(site, backup)
    manifest, source = backup.manifest, backup.folder / backup.manifest.file
    if not source.is_file() or digest_of(source) != manifest.digest:
        return False, [DAMAGED]
    tried = site.database.try_out(source)
    if tried.problems:
        return False, [reason(UNREADABLE, "; ".join(tried.problems[:5]))]
    if tried.contents is None:
        return False, []
    same = (tried.contents.head, tried.contents.counts) == (manifest.head, manifest.counts)
    return True, [] if same else [DIFFERS]


def _files(site: Site, backup: Backup) -> list[str]:
    """What is damaged goes, so that it is not taken for a copy again."""
    try:
        files = backup.files()
    except (OSError, ValueError):
        return [UNLISTED]
    bad = list(_bad(site, files))
    for digest in bad:
        site.shelf.files.delete(digest)
    return [reason(LOST, ", ".join(digest[:12] for digest in bad[:5]))] if bad else []


def _bad(site: Site, files: Iterable[str]) -> Iterator[str]:
    for digest in files:
        try:
            is_good = digest_of(site.shelf.files.path(digest)) == digest
        except FileNotFoundError:
            is_good = False
        if not is_good:
            yield digest
