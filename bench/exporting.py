"""Exports a list in a process of its own, whose memory is nobody else's: prints seconds to the first byte and so on.

python -m bench.exporting AREA ROWS          the settings come from the environment
"""

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.full_site import signed_in
from bench.furniture import RARE
from cms import create_app

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Export:
    """`megabytes` is how much the peak of the memory grew."""

    rows: int
    first_byte: float
    seconds: float
    megabytes: float


def export(area: str, rows: int) -> Export:
    """As many rows of the list as there are, and at most these."""
    command = [sys.executable, "-m", "bench.exporting", area, str(rows)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Export(**json.loads(done.stdout.splitlines()[-1]))


def _measure(area: str, most: int) -> Export:
    owner = signed_in(create_app("development"))
    owner.get(f"/admin/{area}/")
    owner.get(f"/admin/{area}/export/csv/?search={RARE}")  # whatever is loaded once is there now
    before, began = _peak(), time.perf_counter()
    answer = owner.client.get(f"/admin/{area}/export/csv/")
    first_byte = time.perf_counter() - began
    rows = 0
    for _line in answer.iter_encoded():
        rows += 1
        if rows > most:
            break
    seconds = time.perf_counter() - began
    answer.close()
    return Export(rows - 1, first_byte, seconds, (_peak() - before) / 1024)


def _peak() -> int:
    """In KiB, as Linux counts it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    print(json.dumps(vars(_measure(sys.argv[1], int(sys.argv[2])))))
