"""Locks: one at a time, with as much patience as is asked for, and free again whatever happens."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
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


def test_threads_that_wait_are_woken_and_do_not_look_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cms.core.locks.PAUSE", 60)
    at_once = threading.Barrier(4)
    having: list[bool] = []

    def take_it(_number: int) -> bool:
        at_once.wait()
        with turn(tmp_path, "a page", patience=30) as is_ours:
            having.append(is_ours)
            assert len(having) == 1, "one at a time"
            time.sleep(0.01)
            having.pop()
        return is_ours

    began = time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(take_it, range(4))) == [True] * 4
    assert time.monotonic() - began < 20


def test_a_thread_that_fails_lets_the_next_have_its_turn(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), turn(tmp_path, "a page"):
        _ = 1 / 0
    (tmp_path / "gone").write_text("no folder")
    with pytest.raises(OSError, match="gone"), turn(tmp_path / "gone", "a page"):
        pass
    with turn(tmp_path, "a page", patience=0) as is_ours:
        assert is_ours
