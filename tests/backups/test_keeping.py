"""Which backups stay, and that only one process is at it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cms.backups.keeping import remove_old, to_remove
from cms.backups.manifest import Manifest
from cms.backups.shelf import FILES, MANIFEST, Backup, Checked, Shelf, name_at, write_json
from cms.core.errors import Conflict, NotFound

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "backups")
    shelf.prepare()
    return shelf


def put(shelf: Shelf, days_ago: float, files: dict[str, int] | None = None, *, sound: bool = False) -> Backup:
    at, files = NOON - timedelta(days=days_ago), files or {}
    manifest = Manifest(at, "sqlite", "database.db", "", 0, "0001", {}, len(files), sum(files.values()), [], "")
    with shelf.alone(), shelf.new(name_at(at)) as folder:
        write_json(folder / FILES, files)
        write_json(folder / MANIFEST, manifest.as_json())
    backup = shelf.get(name_at(at))
    if sound:
        shelf.note_check(backup, Checked(at, True, []))
    return shelf.get(backup.name)


def test_all_of_some_days_and_one_of_each_week_for_some_weeks_stay(shelf: Shelf) -> None:
    for day in range(40):
        put(shelf, day)

    gone = to_remove(shelf.all(), at=NOON, days=7, weeks=4)

    kept = [backup.manifest.made_at for backup in shelf.all() if backup not in gone]
    assert kept[:8] == [NOON - timedelta(days=day) for day in range(8)]
    assert [at.weekday() for at in kept[8:]] == [6, 6, 6]


def test_the_newest_and_the_newest_that_is_whole_stay_however_old(shelf: Shelf) -> None:
    put(shelf, 300, sound=True)
    sound = put(shelf, 200, sound=True)
    put(shelf, 150)
    newest = put(shelf, 100)

    gone = to_remove(shelf.all(), at=NOON, days=1, weeks=0)

    assert {backup.name for backup in shelf.all()} - {backup.name for backup in gone} == {sound.name, newest.name}


def test_a_file_goes_with_the_last_backup_that_has_it(shelf: Shelf, tmp_path: Path) -> None:
    digests = []
    for text in (b"old", b"both"):
        (tmp_path / "file").write_bytes(text)
        with (tmp_path / "file").open("rb") as file:
            digests.append(shelf.files.put(file))
    put(shelf, 100, {digests[0]: 3, digests[1]: 4})
    put(shelf, 0, {digests[1]: 4})

    assert remove_old(shelf, at=NOON, days=7, weeks=4) == 1
    assert list(shelf.kept_digests()) == [digests[1]]


def test_only_one_is_at_it(shelf: Shelf) -> None:
    with shelf.alone(), pytest.raises(Conflict, match="Another backup"), Shelf(shelf.root).alone():
        pass
    with shelf.alone():
        pass


def test_what_was_not_finished_is_no_backup_and_is_cleared_away(shelf: Shelf) -> None:
    with pytest.raises(OSError, match="full"), shelf.alone(), shelf.new("20260302-120000-000"):
        raise OSError("The disk is full.")
    killed = shelf.sets / ".making-20260301-120000-000"
    killed.mkdir()

    assert shelf.all() == []
    put(shelf, 0)
    assert [path.name for path in shelf.sets.iterdir()] == [name_at(NOON)]


def test_nobody_else_on_the_machine_looks_in(shelf: Shelf) -> None:
    backup = put(shelf, 0)

    assert shelf.root.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in backup.folder.iterdir())


@pytest.mark.parametrize("name", ["", "..", "../sets", "20260302-120000-000/..", "20260302-120000-001"])
def test_only_the_name_of_a_backup_leads_to_one(shelf: Shelf, name: str) -> None:
    put(shelf, 0)

    with pytest.raises(NotFound):
        shelf.get(name)
