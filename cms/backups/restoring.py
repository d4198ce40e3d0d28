"""Putting a backup back: refused where something is there unless asked to, and then that is kept aside."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cms.backups.checking import DAMAGED, require_kind
from cms.backups.databases import TOKENS
from cms.backups.making import digest_of
from cms.backups.shelf import Backup, name_at
from cms.backups.site import Site
from cms.core.errors import Conflict
from cms.core.i18n import _


@dataclass(frozen=True)
class Restored:
    """`aside`: where what was there is now; `missing`: how many files no copy of which was there.

    `tokens`: how many access tokens open something again of which nobody can tell whether they were revoked since.
    """

    aside: str
    files: int
    missing: int
    is_same_key: bool
    tokens: int


def restore(
    site: Site,
    backup: Backup,
    *,
    at: datetime,
    replace: bool = False,
    keep_tokens: bool = True,
    is_known: Callable[[str], bool],
) -> Restored:
    """Files first, since rows without them would be worse; then the database in one transaction.

    `is_known`: whether this version knows a migration. Without `keep_tokens` all access tokens are revoked.
    """
    manifest, source = backup.manifest, backup.folder / backup.manifest.file
    require_kind(site, backup)
    if not is_known(manifest.head):
        raise Conflict(_("The backup was made by a later version. Bring Copydesk up to date first."))
    if digest_of(source) != manifest.digest:
        raise Conflict(_(DAMAGED))
    is_empty = site.database.is_empty()
    if not is_empty and not replace:
        raise Conflict(_("There is a site here already. To put the backup in its place, add --replace."))
    with site.shelf.alone():
        missing = _bring_files(site, backup)
        aside = None
        if not is_empty:
            aside = site.shelf.aside / name_at(at) / site.database.file
        known = _known_tokens(site, is_empty) if keep_tokens else frozenset()
        said = site.database.put_back(source, _changes(site, backup, at, is_empty, known), aside=aside)
        unknown = len(site.database.contents().tokens) if known is None else 0
    return Restored(said, manifest.files, missing, manifest.key_mark == site.key_mark, unknown)


def _bring_files(site: Site, backup: Backup) -> int:
    """Nothing is overwritten: what has the same digest is the same."""
    missing = len(backup.manifest.missing)
    for digest in backup.files():
        if site.storage.exists(digest):
            continue
        try:
            with site.shelf.files.open(digest) as file:
                if site.storage.put(file) == digest:
                    continue
        except FileNotFoundError:
            pass
        missing += 1
    return missing


def _known_tokens(site: Site, is_empty: bool) -> frozenset[str] | None:
    """Those that nobody revoked; None where there is nothing to tell by."""
    here = None if is_empty else site.database.contents()
    return here.tokens if here is not None and TOKENS in here.counts else None


def _changes(site: Site, backup: Backup, at: datetime, is_empty: bool, known: frozenset[str] | None) -> Iterator[str]:
    """Part of the same transaction: pages kept since are old, and nobody is signed in who signed out since.

    The number of the generation is larger than any that was given here before; see `core.generation`. What was revoked
    here since stays revoked, as what is not `known`; where nothing is, nobody can tell.
    """
    counts, moment = backup.manifest.counts, f"{at:%Y-%m-%d %H:%M:%S.%f}"
    here = None if is_empty else site.database.contents()
    if "generations" in counts:
        number = max(int(at.timestamp() * 1000), here.generation + 1 if here else 0)
        yield (
            f"INSERT INTO generations (id, number) VALUES (1, {number}) ON CONFLICT (id) DO UPDATE"  # noqa: S608 - a number
            " SET number = CASE WHEN generations.number < excluded.number THEN excluded.number"
            " ELSE generations.number + 1 END"
        )
    if "user_sessions" in counts:
        yield f"UPDATE user_sessions SET revoked_at = '{moment}' WHERE revoked_at IS NULL"  # noqa: S608 - a time of ours
    if TOKENS in counts and known is not None:
        listed = ", ".join(f"'{digest}'" for digest in sorted(known)) or "''"
        revoking = f"UPDATE {TOKENS} SET revoked_at = '{moment}' WHERE revoked_at IS NULL"  # noqa: S608 - a time of ours
        yield f"{revoking} AND digest NOT IN ({listed})"
