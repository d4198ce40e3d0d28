"""`import wordpress|ghost|markdown`: what they say, what they write, and when they write nothing."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.cli.conftest import Result

FIXTURES = Path(__file__).parents[1] / "importers" / "fixtures"
EXPORT = str(FIXTURES / "small.wordpress.xml")
GHOST = str(FIXTURES / "small.ghost.json")
NOTES = str(FIXTURES / "2024-03-01-harbour-lights.md")

Run = Callable[..., Result]


@pytest.fixture
def migrated(run: Run) -> None:
    assert run("db", "upgrade").code == 0


def count(installation: Path, table: str) -> int:
    with sqlite3.connect(installation / "copydesk.db") as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.usefixtures("migrated")
def test_an_export_comes_in_once(run: Run, installation: Path) -> None:
    first = run("import", "wordpress", EXPORT)
    second = run("import", "wordpress", EXPORT)

    assert (first.code, second.code) == (0, 0)
    assert "5 posts (2 published; 1 scheduled; 1 draft; 1 password-protected, now a draft)" in first.out
    assert "Here already, and left alone:\n  5 posts" in second.out
    assert (count(installation, "posts"), count(installation, "comments")) == (7, 4)


@pytest.mark.usefixtures("migrated")
def test_a_dry_run_says_the_same_and_writes_nothing(run: Run, installation: Path) -> None:
    tried = run("import", "wordpress", EXPORT, "--dry-run", "--media", str(FIXTURES))

    assert tried.out.startswith("Nothing was written.")
    assert "5 posts" in tried.out
    assert count(installation, "posts") == count(installation, "users") == count(installation, "events") == 0
    assert not (installation / "media").exists()
    assert tried.out.partition("Came:")[2] == run("import", "wordpress", EXPORT).out.partition("Came:")[2]


@pytest.mark.usefixtures("migrated")
def test_a_ghost_export_comes_in_once(run: Run, installation: Path) -> None:
    tried = run("import", "ghost", GHOST, "--dry-run")
    assert count(installation, "posts") == count(installation, "users") == 0
    first = run("import", "ghost", GHOST)
    second = run("import", "ghost", GHOST)

    assert (tried.code, first.code, second.code) == (0, 0, 0)
    assert "9 posts (3 published; 1 scheduled; 5 drafts)" in first.out
    assert tried.out.partition("Came:")[2] == first.out.partition("Came:")[2]
    assert second.out.startswith("Came:\n  nothing\n")
    assert count(installation, "posts") == 10


@pytest.mark.usefixtures("migrated")
def test_where_a_ghost_site_was_is_an_address(run: Run, installation: Path) -> None:
    refused = run("import", "ghost", GHOST, "--url", "old.example.com")

    assert (refused.code, count(installation, "posts")) == (1, 0)
    assert refused.err.strip().splitlines()[-1] == "Error: “old.example.com” is not the address of a site."


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize("place", ["content/data/site.json", "site.json"])
def test_the_pictures_of_an_unpacked_ghost_backup_are_found(run: Run, installation: Path, place: str) -> None:
    export, picture = installation / "backup" / place, installation / "backup/content/images/2024/02/ferry.png"
    for path, source in ((export, GHOST), (picture, FIXTURES / "lamp.png")):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, path)

    assert "  1 file\n" in run("import", "ghost", str(export)).out


@pytest.mark.usefixtures("migrated")
def test_the_pictures_of_a_ghost_site_are_found_where_one_says(run: Run, installation: Path) -> None:
    folder = installation / "pictures" / "2024" / "02"
    folder.mkdir(parents=True)
    shutil.copy(FIXTURES / "lamp.png", folder / "ferry.png")

    assert "  1 file\n" in run("import", "ghost", GHOST, "--media", str(installation / "pictures")).out


@pytest.mark.usefixtures("migrated")
def test_markdown_files_come_with_their_pictures(run: Run, installation: Path) -> None:
    result = run("import", "markdown", NOTES)

    assert result.code == 0
    assert "  1 post (1 published)" in result.out
    assert "  1 file" in result.out
    assert count(installation, "media") == 1
    assert any((installation / "media").rglob("??/*"))


@pytest.mark.usefixtures("migrated")
def test_a_second_site_of_markdown_files_is_given_a_name(run: Run, installation: Path) -> None:
    assert run("import", "markdown", NOTES).code == 0
    assert "1 post (1 published)" in run("import", "markdown", "--site", "Harbour news", NOTES).out

    nameless = run("import", "markdown", "--site", "…", NOTES)

    assert (nameless.code, count(installation, "posts")) == (1, 2)
    assert nameless.err.strip().splitlines()[-1] == "Error: The name of a site has letters or digits."


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize("kind", ["wordpress", "ghost", "markdown"])
def test_a_wrong_or_missing_file_is_one_line_and_nothing_is_written(run: Run, installation: Path, kind: str) -> None:
    wrong = installation / "wrong.md"
    wrong.write_bytes(b"\xff\xfe\x00broken")

    for path in (wrong, installation / "missing.md", installation):
        result = run("import", kind, str(path))
        assert result.code == 1
        assert result.err.strip().splitlines()[-1].startswith("Error: ")
        assert "Traceback" not in result.err
    assert count(installation, "posts") == count(installation, "events") == 0


@pytest.mark.usefixtures("migrated")
def test_one_broken_file_among_good_ones_stops_them_all(run: Run, installation: Path) -> None:
    broken = installation / "broken.md"
    broken.write_text("---\ntitle: [\n---\n")

    result = run("import", "markdown", NOTES, str(broken))

    assert result.code == 1
    assert "broken.md" in result.err
    assert count(installation, "posts") == 0


def test_a_database_that_is_not_migrated_is_left_alone(run: Run) -> None:
    result = run("import", "wordpress", EXPORT)

    assert result.code == 1
    assert "db upgrade" in result.err


def test_the_planner_of_postgresql_knows_what_came(
    manage: Callable[..., Result], postgres_database: Callable[[str], str]
) -> None:
    url = postgres_database("imported")
    assert manage("db", "upgrade", CMS_DATABASE_URL=url).code == 0

    assert manage("import", "wordpress", EXPORT, CMS_DATABASE_URL=url).code == 0

    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        known = connection.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'editions'"))
    engine.dispose()
    assert known > 0
