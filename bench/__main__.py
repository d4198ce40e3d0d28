"""All measurements that docs/performance.md is made of, one after the other, and the document.

    .venv/bin/python -m bench [--wagtail DIR] [--brief] [--only NAME]

Exits 1 where a goal is missed. `--brief` takes minutes and says little: it shows that everything runs, and leaves the
document as it is.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.programs import ROOT
from bench.report import BUSY, FOLDER

#: For the load of the script before to be forgotten, which is none of others.
REST_SECONDS = 150

#: What is asked of each script, and what of it in brief.
SCRIPTS: dict[str, tuple[list[str], list[str]]] = {
    "site": ([], ["--rounds", "1", "--seconds", "2", "--posts", "1000", "--comments", "1000"]),
    "nginx": ([], ["--rounds", "2", "--seconds", "1"]),
    "freshness": (["--nginx"], ["--nginx", "--pairs", "100"]),
    "faults": ([], ["--seconds", "4"]),
    "sizes": ([], ["--big", "5000", "--times", "2"]),
    "api": ([], ["--times", "50"]),
}


def main() -> int:
    asked = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="copydesk-bench-")) / "performance" if asked.brief else FOLDER
    failed = []
    for name in asked.only or SCRIPTS:
        options = SCRIPTS[name][asked.brief]
        if name == "site" and asked.wagtail:
            options = [*options, "--wagtail", asked.wagtail]
        if not asked.brief:
            _rest()
        began = time.monotonic()
        command = [sys.executable, "-m", f"bench.{name}", *options, "--json", str(folder / f"{name}.json")]
        print(f"\n# bench.{name} {' '.join(options)}\n", flush=True)
        if subprocess.run(command, cwd=ROOT).returncode:
            failed.append(name)
        print(f"\n{name} took {time.monotonic() - began:.0f} s.", flush=True)
    subprocess.run([sys.executable, "-m", "bench.report", "--folder", str(folder)], cwd=ROOT, check=True)
    print(f"\nWritten: {folder.with_suffix('.md')}")
    print(f"\nNot as promised: {', '.join(failed)}" if failed else "\nEvery goal is kept.")
    return 1 if failed else 0


def _rest() -> None:
    """Until the machine has nothing to do, or plainly has something else to do."""
    deadline = time.monotonic() + REST_SECONDS
    while os.getloadavg()[0] > BUSY * (os.cpu_count() or 1) and time.monotonic() < deadline:
        time.sleep(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0])
    parser.add_argument("--wagtail", metavar="DIR", help="where Wagtail was set up, to be measured beside us")
    parser.add_argument("--brief", action="store_true", help="short rounds and small sites")
    parser.add_argument("--only", choices=tuple(SCRIPTS), action="append", help="this one; may be given several times")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
