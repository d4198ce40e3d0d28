"""A log file grows no larger than it may, and however many processes write it, no entry is lost or broken."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from cms.core.log_files import LogFile
from tests.cli.conftest import ROOT

PROGRAM = """
import logging, sys
from pathlib import Path
from cms.core.log_files import LogFile

file = LogFile(Path(sys.argv[1]), most_bytes=4000, kept=1000)
for number in range(400):
    file.emit(logging.makeLogRecord({"msg": f"{sys.argv[2]}-{number} " + "x" * (number % 90)}))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "copydesk.log"


def say(file: LogFile, text: str) -> None:
    file.emit(logging.makeLogRecord({"msg": text}))


def entries(folder: Path) -> list[str]:
    files = (file for file in folder.iterdir() if file.suffix != ".lock")
    return [line for file in files for line in file.read_text().splitlines()]


def test_a_full_file_is_moved_aside_and_the_oldest_goes(path: Path) -> None:
    file = LogFile(path, most_bytes=10, kept=2)
    for text in ("first", "second", "third", "fourth"):
        say(file, text)
    file.close()

    assert path.read_text() == "fourth\n"
    assert path.with_name("copydesk.log.1").read_text() == "third\n"
    assert path.with_name("copydesk.log.2").read_text() == "second\n"
    assert sorted(file.name for file in path.parent.iterdir())[1:] == [
        "copydesk.log.1",
        "copydesk.log.2",
        "copydesk.log.lock",
    ]


def test_of_several_processes_none_loses_or_breaks_an_entry(path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", PROGRAM, str(path), str(name)], cwd=ROOT) for name in range(4)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]

    expected = sorted(f"{name}-{number} " + "x" * (number % 90) for name in range(4) for number in range(400))
    assert sorted(entries(path.parent)) == expected
    moved = sorted(path.parent.glob("copydesk.log.[0-9]*"))
    assert len(moved) >= sum(map(len, expected)) // 4000
    assert all(file.stat().st_size > 3000 for file in moved)  # each was full, and moved once
    assert all(file.stat().st_size <= 4000 + 4 * 110 for file in moved)


def test_one_that_somebody_else_moved_is_left_behind(path: Path) -> None:
    file = LogFile(path, most_bytes=0)
    say(file, "before")
    path.rename(path.with_suffix(".old"))
    say(file, "after")
    path.unlink()
    say(file, "anew")
    file.close()

    assert path.read_text() == "anew\n"
    assert path.with_suffix(".old").read_text() == "before\n"


def test_where_it_cannot_be_moved_it_grows_on(path: Path) -> None:
    path.with_name("copydesk.log.1").mkdir()
    file = LogFile(path, most_bytes=10, kept=1)
    for text in ("first", "second", "third"):
        say(file, text)
    file.close()

    assert path.read_text() == "first\nsecond\nthird\n"
