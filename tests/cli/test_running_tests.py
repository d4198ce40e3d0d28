"""`manage.py test`: its exit status is pytest's, and with `--cov` it says what the domains reached."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run_tests(tests: str, folder: Path, *options: str) -> tuple[int, str]:
    path = folder / "test_it.py"
    path.write_text(tests)
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", "test", *options, "--noconftest", "-n0", f"--rootdir={folder}", path],
        cwd=folder,
        env={**os.environ, "CMS_NO_VENV": "1", "COVERAGE_FILE": str(folder / "coverage")},
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.returncode, done.stdout


def test_a_part_of_the_suite_reports_what_it_reached_of_the_domains(tmp_path: Path) -> None:
    status, said = run_tests("from cms.core import errors\ndef test_it(): assert errors\n", tmp_path, "--cov")

    assert status == 0
    assert "1 passed in" in said
    assert "% of lines and branches (90 % demanded)." in said


def test_a_failing_test_is_exit_1(tmp_path: Path) -> None:
    status, said = run_tests("def test_it(): assert 1 + 1 == 3\n", tmp_path)

    assert status == 1
    assert "1 failed in" in said
