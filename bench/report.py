"""Writes docs/performance.md and its charts from what the scripts kept with `--json`.

    .venv/bin/python -m bench.report [--folder docs/performance]

Nothing is measured here, so the document says what the files say.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.programs import ROOT
from bench.report_parts import SECTIONS
from bench.results import Goal, table

FOLDER = ROOT / "docs" / "performance"
#: A machine that was as busy as this with something else told no figures of ours.
BUSY = 0.5
INTRODUCTION = """# How fast it is

Copydesk promises figures, and scripts in `bench/` hold it to them: what it is compared with runs beside it on the same
machine and is asked in turns, so that ratios mean something where absolute figures do not. This page is written by
`python -m bench.report` from what those scripts found; [the folder beside it](performance/) has the files. How each is
run, and how to read it: [bench/README.md](../bench/README.md).
"""
Told = dict[str, Any]


def main() -> int:
    folder = _arguments().folder
    found = {name: json.loads(file.read_text()) for name in SECTIONS if (file := folder / f"{name}.json").exists()}
    if not found:
        print(f"{folder} has no file of a measurement. Run: .venv/bin/python -m bench")
        return 1
    folder.with_suffix(".md").write_text("\n".join(_document(found, folder)).rstrip() + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the JSON files; charts are written there")
    return parser.parse_args()


def _document(found: dict[str, Told], folder: Path) -> Iterator[str]:
    yield INTRODUCTION
    yield from _machines(found)
    yield from _verdict(found)
    for name, told in found.items():
        section = SECTIONS[name]
        yield f"\n## {section.title}\n"
        yield section.said + "\n"
        for chart in section.charts(told):
            (folder / chart.file).write_text(chart.picture)
            yield f"![{chart.words}](performance/{chart.file})\n"
        yield from section.tables(told)
        yield "\n" + table([_goal(goal) for goal in told["goals"]])


def _verdict(found: dict[str, Told]) -> Iterator[str]:
    goals = [(name, goal) for name, told in found.items() for goal in told["goals"]]
    missed = [(name, goal) for name, goal in goals if not goal["kept"]]
    yield f"\n**{len(goals) - len(missed)} of {len(goals)} goals are kept.**" + (" Missed:\n" if missed else "")
    yield from (f"- {name}: {goal['name']}" for name, goal in missed)


def _goal(told: Told) -> Goal:
    return Goal(**{name: value for name, value in told.items() if name != "kept"})


def _machines(found: dict[str, Told]) -> Iterator[str]:
    """One line for each measurement, as they need not be of one day or one machine."""
    yield "| measured | how much | at (UTC) | machine | Python | PostgreSQL, Redis, nginx | load before | |"
    yield "|---|---|---|---|---|---|---:|---|"
    for name, told in found.items():
        on = told["machine"]
        machine = f"{on['cores']} cores ({on['processor']}), {on['memory_gb']} GB, Linux {on['kernel']}"
        servers = ", ".join(on[server] for server in ("postgresql", "redis", "nginx"))
        busy = "**others used it**" if on["load_before"] > BUSY * on["cores"] else "quiet"
        at = on["at"].removesuffix("+00:00").replace("T", " ")
        extent = SECTIONS[name].extent(told)
        yield f"| {name} | {extent} | {at} | {machine} | {on['python']} | {servers} | {on['load_before']} | {busy} |"


if __name__ == "__main__":
    sys.exit(main())
