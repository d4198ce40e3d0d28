"""Locks: one at a time, with as much patience as is asked for, and free again whatever happens."""

from pathlib import Path

import pytest

from cms.core.locks import locked, turn


def test_whoever_has_no_patience_is_told_that_somebody_has_it(tmp_path: Path) -> None:
    with locked(tmp_path / "lock") as first, locked(tmp_path / "lock", patience=0) as second:
        assert (first, second) == (True, False)
    with locked(tmp_path / "lock", patience=0) as third:
        assert third


def test_a_failure_lets_go_of_it(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "lock"):
        _ = 1 / 0
    with locked(tmp_path / "lock", patience=0) as is_ours:
        assert is_ours


def test_the_same_name_waits_and_its_folder_is_for_the_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "locks"
    with turn(folder, "a strip"), turn(folder, "a strip", patience=0.01) as is_ours:
        assert not is_ours
    assert folder.stat().st_mode & 0o077 == 0
