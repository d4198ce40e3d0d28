"""`manage.py` on a fresh machine: it makes `.venv` from the lock, once, mends it, and says in one line what is missing.

The lock of these tests is empty, so that they need no network; the environment they make is real.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

MANAGE = Path(__file__).parents[2] / "manage.py"
COMMANDS = "import sys\ndef main(): print('in', sys.prefix, 'with', *sys.argv[1:])\n"
PREPARING = "Preparing .venv, a minute or two …\n"
WAITING = "Another start is preparing .venv; waiting for it …\n"
NOWHERE = "copydesk-cannot-have-this==1.0 --hash=sha256:" + 64 * "0" + "\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout that was started once. Each test leaves it able to start."""
    root = tmp_path_factory.mktemp("machine") / "copydesk"
    (root / "cms" / "cli").mkdir(parents=True)
    (root / "cms" / "__init__.py").touch()
    (root / "cms" / "cli" / "__init__.py").write_text(COMMANDS)
    (root / "requirements.txt").touch()
    (root / "requirements-dev.txt").touch()
    shutil.copy(MANAGE, root)
    assert start(root, "demo") == (0, f"in {root}/.venv with demo\n", PREPARING)
    return root


def spawn(root: Path, *arguments: str, python: tuple[str, ...] = (), **settings: str) -> "subprocess.Popen[str]":
    """As a person would, from another folder, with nothing of this run's own environment."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("CMS_", "PIP_", "PYTHON"))}
    offline = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "1"}
    return subprocess.Popen(
        [sys._base_executable, *python, root / "manage.py", *arguments],  # type: ignore[attr-defined]
        cwd="/",
        env={**mine, **offline, "LC_ALL": "C.UTF-8", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcome(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    output, errors = process.communicate()
    return process.returncode, output, errors


def start(root: Path, *arguments: str, python: tuple[str, ...] = (), **settings: str) -> tuple[int, str, str]:
    return outcome(spawn(root, *arguments, python=python, **settings))


def leave_rubbish(root: Path) -> Path:
    """Only a new environment is without it."""
    rubbish = root / ".venv" / "rubbish"
    rubbish.touch()
    return rubbish


def test_a_second_start_prepares_nothing(checkout: Path) -> None:
    assert start(checkout, "serve", "--port", "1") == (0, f"in {checkout}/.venv with serve --port 1\n", "")


def test_an_image_that_brings_the_packages_needs_no_environment(checkout: Path) -> None:
    assert start(checkout, "serve", CMS_NO_VENV="1") == (0, f"in {sys.base_prefix} with serve\n", "")


def test_after_a_kill_half_way_two_starts_at_once_make_it_anew_once(checkout: Path) -> None:
    (checkout / ".venv" / "copydesk.stamp").unlink()
    rubbish = leave_rubbish(checkout)
    killed = spawn(checkout, "demo")
    while rubbish.exists():
        time.sleep(0.01)
    killed.kill()
    outcome(killed)

    starts = [spawn(checkout, "demo"), spawn(checkout, "demo")]

    ends = [outcome(process) for process in starts]
    assert [(status, output) for status, output, _ in ends] == 2 * [(0, f"in {checkout}/.venv with demo\n")]
    assert sorted(said.removeprefix(WAITING) for _, _, said in ends) == ["", PREPARING]
    assert (checkout / ".venv" / "bin" / "pip").exists()


def test_a_changed_lock_makes_a_new_environment(checkout: Path) -> None:
    rubbish = leave_rubbish(checkout)
    (checkout / "requirements.txt").write_text("# a changed lock\n")

    status, _, said = start(checkout, "demo")

    assert (status, said) == (0, PREPARING)
    assert not rubbish.exists()


def test_packages_for_tests_come_with_the_first_test_into_the_same_environment(checkout: Path) -> None:
    rubbish = leave_rubbish(checkout)
    (checkout / "requirements-dev.txt").write_text("# a changed lock\n")

    assert start(checkout, "demo") == (0, f"in {checkout}/.venv with demo\n", "")
    assert start(checkout, "test") == (0, f"in {checkout}/.venv with test\n", PREPARING)
    assert start(checkout, "test") == (0, f"in {checkout}/.venv with test\n", "")
    assert rubbish.exists()


def test_without_a_network_it_is_one_line_and_what_was_there_still_starts(checkout: Path) -> None:
    (checkout / "requirements-dev.txt").write_text(NOWHERE)

    status, output, said = start(checkout, "test")

    assert (status, output) == (1, "")
    assert said.removeprefix(PREPARING) == (
        "No connection to the package registry. Check the network (or PIP_INDEX_URL), then start again.\n"
    )
    assert start(checkout, "demo") == (0, f"in {checkout}/.venv with demo\n", "")


def test_what_pip_refuses_is_said_in_its_own_words(checkout: Path) -> None:
    (checkout / "requirements-dev.txt").write_text(NOWHERE)

    status, _, said = start(checkout, "test", PIP_NO_INDEX="1")

    assert status == 1
    assert said.removeprefix(PREPARING).startswith("Packages could not be installed. ERROR: ")
    assert said.removeprefix(PREPARING).count("\n") == 1


@pytest.mark.parametrize(
    ("lacking", "remedy"),
    [
        ("sys.version_info = (3, 10, 4)", "this is Python 3.10. Install one, for example with “sudo apt-get install"),
        ("sys.modules['ensurepip'] = None", "Run “sudo apt-get install python3-venv”"),
    ],
)
def test_a_python_that_will_not_do_is_one_line_with_the_remedy(tmp_path: Path, lacking: str, remedy: str) -> None:
    shutil.copy(MANAGE, tmp_path)
    (tmp_path / "requirements.txt").touch()
    starter = f"import runpy, sys; {lacking}; runpy.run_path(sys.argv[1], run_name='__main__')"

    status, output, said = start(tmp_path, "demo", python=("-c", starter))

    assert (status, output) == (1, "")
    assert remedy in said
    assert said.removeprefix(PREPARING).count("\n") == 1
