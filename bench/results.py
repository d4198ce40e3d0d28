"""What a measurement found: goals kept or missed, the machine, and a file that the report is made of."""

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.services.programs import NGINX, POSTGRES, REDIS, Missing, Program

#: Before anything of ours runs: what the machine had to do besides.
LOAD_BEFORE = os.getloadavg()[0]


@dataclass(frozen=True)
class Goal:
    """A promise with a number: `value` has to be at least `bound`, or at most."""

    name: str
    value: float
    bound: float
    at_least: bool = True
    unit: str = ""

    @property
    def is_kept(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def line(self) -> str:
        """A row of the table of goals."""
        sign = "≥" if self.at_least else "≤"
        verdict = "kept" if self.is_kept else "**missed**"
        return f"| {self.name} | {number(self.value)}{self.unit} | {sign} {number(self.bound)}{self.unit} | {verdict} |"


def number(value: float) -> str:
    """As many digits as mean something: 12,345; 123; 12.3; 1.23."""
    size = abs(value)
    if float(value).is_integer() or size >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def table(goals: list[Goal]) -> str:
    """Markdown."""
    return "\n".join(("| goal | found | promised | |", "|---|---:|---:|---|", *(goal.line() for goal in goals)))


def conclude(script: str, goals: list[Goal], figures: dict[str, Any], file: Path | None) -> int:
    """Prints the goals, writes the file where one is wanted, and returns the status to exit with."""
    print(f"\n## Goals\n\n{table(goals)}")
    missed = [goal.name for goal in goals if not goal.is_kept]
    print("\nMissed: " + "; ".join(missed) if missed else "\nEvery goal is kept.", flush=True)
    if file is not None:
        told = {"script": script, "machine": machine(), "goals": [_kept(goal) for goal in goals], **figures}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return 1 if missed else 0


def _kept(goal: Goal) -> dict[str, Any]:
    return {**asdict(goal), "kept": goal.is_kept}


def machine() -> dict[str, Any]:
    """What the figures were measured on, and how busy it was before they were."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "processor": _after("/proc/cpuinfo", "model name"),
        "memory_gb": round(int(_after("/proc/meminfo", "MemTotal").split()[0]) / 1024 / 1024, 1),
        "kernel": platform.release(),
        "python": sys.version.split()[0],
        "postgresql": _version(POSTGRES),
        "redis": _version(REDIS),
        "nginx": _version(NGINX, "-v"),
        "load_before": round(LOAD_BEFORE, 1),
    }


def _after(file: str, name: str) -> str:
    lines = Path(file).read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "unknown")


def _version(program: Program, option: str = "--version") -> str:
    """The one that would be started."""
    try:
        told = subprocess.run([program.find(), option], capture_output=True, text=True)
    except Missing:
        return "none"
    words = (told.stdout + told.stderr).replace("v=", "").replace("nginx/", "").split()
    return next((word for word in words if word[:1].isdigit()), "unknown")
