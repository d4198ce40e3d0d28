"""The files of the demo magazine as plain values; `content/README.md` describes the format."""

import re
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

CONTENT = Path(__file__).resolve().parent / "content"
IMAGES = CONTENT / "images"
WORKING_COPY = "<!-- working copy -->"
_DAY = re.compile(r"([+-]\d+)d (\d\d):(\d\d)")
_AGO = re.compile(r"-(\d+)([mh])")


@dataclass(frozen=True)
class Times:
    """Turns the relative times of the files into moments."""

    now: datetime
    zone: ZoneInfo

    def of(self, text: str) -> datetime:
        if match := _AGO.fullmatch(text):
            unit = "minutes" if match[2] == "m" else "hours"
            return self.now - timedelta(**{unit: int(match[1])})
        match = _DAY.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no relative time")
        day = self.now.astimezone(self.zone).date() + timedelta(days=int(match[1]))
        return datetime.combine(day, time(int(match[2]), int(match[3])), self.zone)


@dataclass(frozen=True)
class Item:
    """A post or page: its front matter, the text that visitors see, and the newer working text, if any."""

    kind: str
    matter: dict[str, Any]
    text: str
    working_text: str | None = None
    revisions: list[dict[str, Any]] = field(default_factory=list)


def table(name: str) -> Any:
    """One of the YAML files."""
    return yaml.safe_load((CONTENT / f"{name}.yaml").read_text("utf-8"))


def items() -> list[Item]:
    """Pages before posts, parents before their children."""
    found = [_item(path, kind) for kind in ("page", "post") for path in sorted((CONTENT / f"{kind}s").glob("*.md"))]
    return sorted(found, key=lambda item: (item.kind == "post", bool(item.matter.get("parent"))))


def _item(path: Path, kind: str) -> Item:
    _start, matter, text = path.read_text("utf-8").split("---\n", 2)
    live, _mark, working = text.partition(WORKING_COPY)
    values = yaml.safe_load(matter)
    return Item(kind, values, live.strip(), working.strip() or None, values.get("revisions") or [])


def first_blocks(text: str, count: int | None) -> str:
    """The text as it was when it had only so many blocks."""
    return text if count is None else "\n\n".join(text.split("\n\n")[:count])
