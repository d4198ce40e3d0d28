"""What the linters find fails the suite, so that one command says whether all is well."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    ["mypy", "ruff check", "ruff format --check", "lint-imports", "djlint cms --lint --quiet"],
)
def test_linters_find_nothing(command: str) -> None:
    program, *arguments = command.split()

    done = subprocess.run([PROGRAMS / program, *arguments], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
