#!/usr/bin/env python3
"""Copydesk's command line: `python3 manage.py demo`, `test`, `serve` …

On a fresh machine it first makes `.venv` from the locked requirements, with nothing but the standard library,
and starts itself again in there. `CMS_NO_VENV=1` leaves that out, for images that bring the packages.
"""

import hashlib
import os
import sys
from pathlib import Path

if sys.version_info < (3, 11) or os.name != "posix":
    sys.exit(
        "Copydesk needs Python 3.11 or newer on Linux or macOS (on Windows: in WSL); this is Python {}.{}. "
        "Install one, for example with “sudo apt-get install python3.11 python3.11-venv”, "
        "and start “python3.11 manage.py”.".format(*sys.version_info)
    )

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "copydesk.stamp"  # holds a mark for each lock that is installed whole
BASE, DEV = "requirements.txt", "requirements-dev.txt"


def main() -> None:
    if not os.environ.get("CMS_NO_VENV"):
        try:
            enter_venv([BASE, DEV] if sys.argv[1:2] == ["test"] else [BASE])
        except OSError as error:
            sys.exit(f"Cannot prepare {VENV}: {error}")
        except KeyboardInterrupt:
            sys.exit(130)
    from cms.cli import main as run_command

    run_command()


def enter_venv(locks: list[str]) -> None:
    """Go on in an environment that holds these locks; processes that start together make it once."""
    wanted = {mark_of(lock): lock for lock in locks}
    if not wanted.keys() <= installed():
        with open(ROOT / ".venv.lock", "w") as turn:
            wait_for(turn.fileno())
            if not wanted.keys() <= installed():
                prepare(wanted, turn.fileno())
    if not os.path.samefile(sys.prefix, VENV):
        settled = {**os.environ, "CMS_NO_VENV": "1"}
        os.execve(PYTHON, [str(PYTHON), *sys.orig_argv[1:]], settled)  # noqa: S606


def mark_of(lock: str) -> str:
    """Differs when the lock, the Python version or the place changed: each of them needs a new environment."""
    place = f"{sys.version_info[:2]} {VENV} {lock}".encode()
    return hashlib.sha256(place + (ROOT / lock).read_bytes()).hexdigest()


def installed() -> set[str]:
    return set(STAMP.read_text().split()) if STAMP.exists() and PYTHON.exists() else set()


def wait_for(turn: int) -> None:
    import fcntl

    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another start is preparing .venv; waiting for it …", file=sys.stderr)
        fcntl.flock(turn, fcntl.LOCK_EX)


def prepare(wanted: dict[str, str], turn: int) -> None:
    """Install what is missing. Without a stamp the environment is made anew, so an interrupted start mends itself."""
    print("Preparing .venv, a minute or two …", file=sys.stderr)
    before = installed()
    STAMP.unlink(missing_ok=True)
    if mark_of(BASE) not in before:
        before = set()
        make_venv(turn)
    locks = [option for mark, lock in wanted.items() if mark not in before for option in ("-r", str(ROOT / lock))]
    status, output = run(turn, str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps", *locks)
    if status == 0:
        run(turn, str(PYTHON), "-m", "compileall", "-q", str(ROOT / "cms"), str(ROOT / "config.py"))
        STAMP.write_text(" ".join({*before, *wanted}))
        return
    STAMP.write_text(" ".join(before))  # pip takes back what it could not finish
    if "Retrying (Retry(" in output:
        sys.exit("No connection to the package registry. Check the network (or PIP_INDEX_URL), then start again.")
    reasons = [line.strip() for line in output.splitlines() if line.lstrip().startswith("ERROR:")]
    sys.exit(f"Packages could not be installed. {(reasons or output.splitlines() or ['pip gave no reason.'])[0]}")


def make_venv(turn: int) -> None:
    import importlib.util
    import shutil

    if not importlib.util.find_spec("ensurepip"):
        name = "python{}.{}-venv".format(*sys.version_info)
        sys.exit(f"Python's venv is missing. Run “sudo apt-get install python3-venv” (or {name}), then start again.")
    if VENV.exists():
        shutil.rmtree(VENV)
    status, output = run(turn, getattr(sys, "_base_executable", sys.executable), "-m", "venv", str(VENV))
    if status:
        sys.exit(f"Cannot make {VENV}: {' '.join(output.split())}")


def run(turn: int, *command: str) -> tuple[int, str]:
    """Run it with our turn in hand: should we be killed, the next start waits until this child is gone, too."""
    import subprocess

    child = subprocess.Popen(
        command,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0"},
        pass_fds=[turn],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    output = ""
    for line in child.stdout or ():
        output += line
        if sys.stderr.isatty() and line.startswith("Collecting "):
            print(f"  {output.count('Collecting ')} packages", end="\r", file=sys.stderr, flush=True)
    return child.wait(), output


if __name__ == "__main__":
    main()
