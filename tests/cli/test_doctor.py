"""`doctor` finds each of the things that would bite later, and says what mends it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Result, spoil

Run = Callable[..., Result]
AT = "'2026-01-01 00:00:00'"
FILE = (
    "INSERT INTO media (id, kind, digest, filename, mime, bytes, title, alt, decorative, caption, focal_x, focal_y, "
    f"created_at, updated_at) VALUES (5, 'image', '{'a' * 64}', 'x', 'x', 1, '', '', 0, '', 0, 0, {AT}, {AT})"
)


@pytest.fixture
def healthy(run: Run, migrated: None) -> Run:
    """Migrated, with an owner."""
    run("users", "create-owner", "--email", "o@example.com", "--password", "a long enough phrase")
    return run


def edition(number: int, begins: str, ends: str) -> str:
    values = {
        "id": number,
        "post_id": 1,
        "revision_id": 1,
        "kind": "'post'",
        "live_from": begins,
        "live_until": ends,
        "published_at": begins,
        "updated_at": begins,
        "author_id": 1,
        "headings": "'[]'",
        **dict.fromkeys(("word_count", "noindex", "show_contents", "comments_open"), "0"),
        **dict.fromkeys(("path", "slug", "title", "summary", "excerpt", "body_html", "featured_alt"), "'x'"),
        **dict.fromkeys(("seo_title", "seo_description", "canonical_url"), "''"),
    }
    return f"INSERT INTO editions ({', '.join(values)}) VALUES ({', '.join(map(str, values.values()))})"


def test_a_healthy_installation_has_a_line_for_each_check_and_exit_0(healthy: Run) -> None:
    well = healthy("doctor")

    assert (well.code, well.err) == (0, "")
    assert "BAD" not in well.out
    assert well.out.count("ok ") == len(well.out.splitlines()) >= 9


def test_a_check_that_finds_no_table_on_postgresql_is_a_problem_by_itself(
    manage: Run, postgres_database: Callable[[str], str]
) -> None:
    sick = manage("doctor", CMS_DATABASE_URL=postgres_database("not_migrated"))

    assert (sick.code, sick.err.count("\n")) == (1, 1)
    assert "UndefinedTable" in sick.out
    assert "ok   media folder" in sick.out


def test_an_owner_is_missed(run: Run, migrated: None) -> None:
    sick = run("doctor")

    assert (sick.code, sick.err) == (1, "Error: 1 problem(s) found.\n")
    assert "There is no active owner. Run: python3 manage.py users create-owner" in sick.out


@pytest.mark.parametrize(
    ("statements", "title", "said"),
    [
        (["DROP INDEX ix_tags_name_id"], "tables agree with the models", "ix_tags_name_id"),
        (["DELETE FROM alembic_version"], "database and migrations", "Run: python3 manage.py db upgrade"),
        (
            [f"INSERT INTO tags VALUES (1, 'Sea', 'sea', 'sea', '', 99, {AT}, {AT})"],
            "integrity of the rows",
            "tags 1 refers to a row of tags that is not there.",
        ),
        (["UPDATE users SET active = 0"], "an owner", "Run: python3 manage.py users create-owner"),
        (
            [edition(1, AT, "'2026-03-01 00:00:00'"), edition(2, "'2026-02-01 00:00:00'", "NULL")],
            "editions do not overlap",
            "Post 1 has two editions at one time.",
        ),
        (
            ["INSERT INTO search_posts (rowid, title, body) VALUES (7, 'x', 'x')"],
            "search index",
            "1 of posts are not indexed. Run: python3 manage.py search rebuild",
        ),
        ([FILE], "files of the library", "The file of media 5 is missing from the storage."),
        (
            [FILE, "INSERT INTO media_uses (media_id, subject_type, subject_id, field) VALUES (5, 'posts', 1, 'body')"],
            "where files are used",
            "1 uses of files are not as the index says. Run: python3 manage.py media rebuild",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_in_the_database_is_found(
    healthy: Run, installation: Path, statements: list[str], title: str, said: str
) -> None:
    spoil(installation, *statements)

    sick = healthy("doctor")

    assert sick.code == 1
    assert sick.err.count("\n") == 1
    assert f"BAD  {title}" in sick.out
    [problem] = [line for line in sick.out.splitlines() if said in line]
    assert problem.startswith("     ")


def test_a_secret_that_others_can_read_is_found(healthy: Run, installation: Path) -> None:
    (installation / "secret_key").chmod(0o644)

    sick = healthy("doctor")

    assert sick.code == 1
    assert f"Run: chmod 600 {installation / 'secret_key'}" in sick.out


def test_a_storage_that_is_no_folder_is_found(
    healthy: Run, installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (installation / "file").touch()
    monkeypatch.setenv("CMS_STORAGE_URL", (installation / "file").as_uri())

    sick = healthy("doctor")

    assert sick.code == 1
    assert "BAD  media folder" in sick.out


def test_a_broken_template_is_found_with_its_file_and_line(healthy: Run, installation: Path) -> None:
    folder = installation / "theme" / "templates" / "site"
    folder.mkdir(parents=True)
    (folder / "post.html").write_text("<p>\n{% endif %}")
    (folder / "home.html").write_text("\n\n{{ nothing.at.all }}")
    (installation / "theme" / "tokens.css").write_text(":root { --paper: salmon; }")

    sick = healthy("doctor")

    assert sick.code == 1
    assert "BAD  theme of this installation" in sick.out
    assert f"{folder / 'post.html'}, line 2: " in sick.out
    assert f"{folder / 'home.html'}, line 3: " in sick.out
    assert "--paper: salmon must be light-dark" in sick.out


def test_one_problem_does_not_hide_the_others(healthy: Run, installation: Path) -> None:
    (installation / "secret_key").chmod(0o644)
    spoil(installation, "DROP INDEX ix_tags_name_id", "UPDATE users SET active = 0")

    sick = healthy("doctor")

    assert sick.err == "Error: 3 problem(s) found.\n"
    assert [line[5:] for line in sick.out.splitlines() if line.startswith("BAD")] == [
        "tables agree with the models",
        "an owner",
        "secrets",
    ]
