"""Folders of pages that are past go by themselves where nobody hears of reads, and not before nginx may have told."""

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from cms.core.clock import Clock
from cms.site.kept import disk
from cms.site.kept.disk import Disk


class NoGeneration:
    """A database that is away."""

    def current(self, since: int | None = None) -> None:
        return None

    def close(self) -> None:
        return None


@pytest.fixture
def pages(tmp_path: Path) -> Disk:
    return Disk(tmp_path, "abc", [], NoGeneration(), Clock(create_engine("sqlite://")))


def test_what_is_past_goes_though_nobody_hears(pages: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(disk, "STAYS_SECONDS", 0.1)
    (tmp_path / "abc-1-0").mkdir()
    threading.Thread(target=pages.watch, kwargs={"sweeps": True}, daemon=True).start()

    deadline = time.monotonic() + 60
    while (tmp_path / "abc-1-0").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_stays_for_as_long_as_nginx_may_tell_of_it(
    pages: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "STAYS_SECONDS", 3600)
    (tmp_path / "abc-1-0").mkdir()
    for _look in range(3):
        pages.sweep()
    assert (tmp_path / "abc-1-0").exists()

    monkeypatch.setattr(disk, "STAYS_SECONDS", 0)
    pages.sweep()
    assert not (tmp_path / "abc-1-0").exists()
