"""`export DIR`: what it says, what it leaves, and that what it wrote comes in elsewhere."""

import json
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from cms.cli.exports import ending_cleanly
from cms.exporters.folder import new_folder
from tests.cli.conftest import Result
from tests.cli.test_imports import EXPORT, FIXTURES, count

Run = Callable[..., Result]


@pytest.fixture
def filled(run: Run, migrated: None, installation: Path) -> Path:
    """An installation with a few posts, and the folder that it is exported into."""
    assert run("import", "wordpress", EXPORT, "--media", str(FIXTURES)).code == 0
    return installation.parent / f"{installation.name}-out"


def test_everything_is_written_and_counted(run: Run, filled: Path) -> None:
    done = run("export", str(filled))

    assert done.code == 0
    assert "Written:\n  5 posts (2 published; 1 scheduled; 2 drafts)\n" in done.out
    assert done.out.rstrip().endswith(f"It is all in {filled}")
    assert "Writing" in done.err
    assert {path.name for path in filled.iterdir()} >= {"README.md", "posts", "pages", "people.json", "comments.json"}
    assert len(json.loads((filled / "comments.json").read_text())) == 4


def test_it_comes_in_again_in_an_empty_installation(
    run: Run, filled: Path, installation: Path, migrated_file: Path
) -> None:
    assert run("export", str(filled)).code == 0
    with closing(sqlite3.connect(installation / "copydesk.db")) as database:
        titles = database.execute("SELECT title, slug, status FROM posts ORDER BY slug").fetchall()
    for name in ("copydesk.db", "copydesk.db-wal", "copydesk.db-shm"):
        (installation / name).unlink(missing_ok=True)
    (installation / "copydesk.db").write_bytes(migrated_file.read_bytes())

    done = run("import", "markdown", str(filled / "posts"), str(filled / "pages"))

    assert done.code == 0, done.err
    with closing(sqlite3.connect(installation / "copydesk.db")) as database:
        assert database.execute("SELECT title, slug, status FROM posts ORDER BY slug").fetchall() == titles
    again = run("import", "markdown", str(filled / "posts"), str(filled / "pages"))
    assert "Here already, and left alone:\n  5 posts" in again.out
    assert count(installation, "posts") == 7


@pytest.mark.usefixtures("filled")
def test_a_folder_that_is_not_empty_is_one_line_and_stays_as_it_is(run: Run, installation: Path) -> None:
    before = sorted(path.name for path in installation.iterdir())

    result = run("export", str(installation))

    assert result.code == 1
    assert result.err.strip().splitlines()[-1] == f"Error: {installation} is there already and not an empty folder."
    assert sorted(path.name for path in installation.iterdir()) == before


def test_a_database_that_is_not_migrated_is_one_line(run: Run, installation: Path) -> None:
    result = run("export", str(installation / "out"))

    assert result.code == 1
    assert "db upgrade" in result.err
    assert not (installation / "out").exists()


def test_a_folder_without_markdown_is_one_line(run: Run, migrated: None, installation: Path) -> None:
    (installation / "nothing").mkdir()

    result = run("import", "markdown", str(installation / "nothing"))

    assert result.code == 1
    assert "There is no Markdown file (.md) in" in result.err


def test_term_leaves_nothing_half_written(tmp_path: Path) -> None:
    def stopped() -> None:
        with ending_cleanly(), new_folder(tmp_path / "out") as folder:
            folder.write(("posts", "a.md"), "half")
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(SystemExit) as stop:
        stopped()

    assert stop.value.code == 143
    assert list(tmp_path.iterdir()) == []
