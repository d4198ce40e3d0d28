"""What a machine lacks is said with its remedy: skipped for a person, an error where CI is set."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDS_A_BROWSER = "def test_page(chromium): pass\ndef test_sum(): assert 1 + 1 == 2\n"
READS_REAL_FILES = """
import pytest
@pytest.mark.shared_data
def test_marked(): assert False
def test_asking(shared_data): assert False
def test_sum(): assert 1 + 1 == 2
"""
SKIPS_ITSELF = "import pytest\ndef test_later(): pytest.skip('not now')\n"


def run_tests(tests: str, folder: Path, *, browser: bool = True, workers: int = 0, **settings: str) -> tuple[int, str]:
    """Run these tests on a machine that has everything but perhaps a browser."""
    (folder / "test_it.py").write_text(tests)
    if browser:
        (folder / "chromium").touch(mode=0o755)
    elsewhere = {
        "CMS_TEST_POSTGRES": "postgresql://elsewhere/",
        "CMS_TEST_REDIS": "redis://elsewhere/0",
        "CMS_TEST_RABBITMQ": "amqp://elsewhere",
    }
    alone = {"PATH": str(folder), "HOME": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    options = ["-p", "xdist", "-p", "tests.services.plugin", f"-n{workers}", f"--rootdir={folder}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", *options, folder],
        cwd=ROOT,
        env={**alone, **elsewhere, **settings},
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.returncode, done.stdout


def test_without_a_browser_its_tests_are_skipped_with_the_command_that_brings_one(tmp_path: Path) -> None:
    status, said = run_tests(NEEDS_A_BROWSER, tmp_path, browser=False)

    assert status == 0
    assert "1 passed, 1 skipped" in said
    assert "Chromium is missing: sudo apt-get install chromium" in said


def test_ci_ends_at_once_where_a_program_is_missing(tmp_path: Path) -> None:
    status, said = run_tests(NEEDS_A_BROWSER, tmp_path, CI="true", browser=False)

    assert status == 1
    assert "Chromium is missing: sudo apt-get install chromium" in said
    assert "passed" not in said


@pytest.mark.parametrize(("ci", "expected"), [("", 0), ("true", 1)])
def test_ci_fails_where_a_test_was_skipped(tmp_path: Path, ci: str, expected: int) -> None:
    status, said = run_tests(SKIPS_ITSELF, tmp_path, CI=ci, workers=1)

    assert status == expected
    assert "1 skipped" in said


def test_ci_leaves_out_what_reads_real_files_that_are_not_there(tmp_path: Path) -> None:
    status, said = run_tests(READS_REAL_FILES, tmp_path, CI="true")

    assert status == 0
    assert "1 passed, 2 deselected" in said


def test_the_database_of_the_person_who_runs_the_tests_is_out_of_their_reach(tmp_path: Path) -> None:
    seen = "import os\ndef test_it(): assert sorted(n for n in os.environ if n.startswith('CMS_DATA')) == []\n"

    status, said = run_tests(seen, tmp_path, CMS_DATABASE_URL="sqlite:///precious.db")

    assert status == 0, said
