"""Which backups stay: all of the last days, the newest of each week for some weeks, and the newest sound one always."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cms.backups.shelf import Backup, Shelf


def to_remove(backups: Sequence[Backup], *, at: datetime, days: int, weeks: int) -> list[Backup]:
    """Of these, the newest first. Never the newest, nor the newest that a check found whole."""
    always = {backup.name for backup in (*backups[:1], *[one for one in backups if one.is_sound][:1])}
    weekly: dict[tuple[int, int], str] = {}
    for backup in backups:
        if backup.manifest.made_at >= at - timedelta(weeks=weeks):
            year, week, _day = backup.manifest.made_at.isocalendar()
            weekly.setdefault((year, week), backup.name)
    kept = always | set(weekly.values())
    recent = at - timedelta(days=days)
    return [backup for backup in backups if backup.manifest.made_at < recent and backup.name not in kept]


def remove_old(shelf: Shelf, *, at: datetime, days: int, weeks: int) -> int:
    """How many went; then the files that none of the others has."""
    with shelf.alone():
        gone = to_remove(shelf.all(), at=at, days=days, weeks=weeks)
        for backup in gone:
            shelf.remove(backup)
        if gone:
            _remove_files(shelf)
    return len(gone)


def _remove_files(shelf: Shelf) -> None:
    """None where a list cannot be read: what it speaks of may be wanted."""
    wanted: set[str] = set()
    for backup in shelf.all():
        try:
            wanted |= backup.files().keys()
        except (OSError, ValueError):
            return
    for digest in [digest for digest in shelf.kept_digests() if digest not in wanted]:
        shelf.files.delete(digest)
