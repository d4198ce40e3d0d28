"""What the site has to reach, as ratios within one run."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from bench.installation import SQLITE
from bench.publisher import PER_SECOND, Published
from bench.results import Goal
from bench.wrk import Figure, middle

#: Of the empty view's requests a second: a stored page, and an answer without one. For PostgreSQL no more is promised.
STORED, NOT_MODIFIED = {SQLITE: 1.4}, {SQLITE: 1.5}
AS_MUCH = 1.0
MISSED_HOME, MISSED_POST, KEPT = 8, 4, 4
PUBLISHING, IN_TIME = 0.6, 0.95
MEGABYTES, START_SECONDS = 220, 3


@dataclass
class Measured:
    """All rounds of one set-up, by what was asked for."""

    name: str
    rounds: dict[str, list[Figure]] = field(default_factory=dict)
    published: Published = field(default_factory=Published)
    publishing_seconds: float = 0.0
    megabytes: float = 0.0
    start_seconds: float = 0.0
    complaints: list[str] = field(default_factory=list)

    def ratio(self, one: str, other: str) -> float:
        """The median of what each round gave, as the two were asked close to one another."""
        pairs = zip(self.rounds[one], self.rounds[other], strict=True)
        return median(left.per_second / right.per_second for left, right in pairs)

    def wait_ratio(self, one: str, other: str) -> float:
        """As `ratio`, of the longest wait of 99 in a hundred."""
        pairs = zip(self.rounds[one], self.rounds[other], strict=True)
        return median(left.p99 / right.p99 for left, right in pairs)

    def errors(self) -> int:
        asked = sum(figure.errors for figures in self.rounds.values() for figure in figures)
        return asked + len(self.published.errors) + len(self.complaints)

    def told(self) -> dict[str, Any]:
        """For the file."""
        return {
            "figures": {what: asdict(middle(figures)) for what, figures in self.rounds.items()},
            "rounds": {what: [round(one.per_second, 1) for one in figures] for what, figures in self.rounds.items()},
            "against_empty": {what: round(self.ratio(what, "empty view"), 3) for what in self.rounds},
            "published": {"done": self.published.done, "errors": self.published.errors[:20]},
            "publication_ms": round(median(self.published.seconds) * 1000, 1) if self.published.seconds else None,
            "megabytes": round(self.megabytes, 1),
            "start_seconds": round(self.start_seconds, 2),
            "complaints": self.complaints[:20],
        }


def goals(of: Measured) -> list[Goal]:
    """Those of the issue, with the set-up in their names; of Wagtail only where it was measured."""
    stored, not_modified = STORED.get(of.name, AS_MUCH), NOT_MODIFIED.get(of.name, AS_MUCH)
    empty, found = "empty view", []
    for page in ("home", "500 posts"):
        found += [
            Goal(f"{page} ÷ {empty}", of.ratio(page, empty), stored),
            Goal(f"{page} ÷ {empty}, p99", of.wait_ratio(page, empty), 1, at_least=False),
            Goal(f"{page}, 304 ÷ {empty}", of.ratio(f"{page}, 304", empty), not_modified),
        ]
    if "Wagtail home" in of.rounds:
        found += _against_wagtail(of)
    wanted = PER_SECOND * of.publishing_seconds * IN_TIME
    found += [
        Goal("mix while five a second are published ÷ mix", of.ratio("mix, publishing", "mix"), PUBLISHING),
        Goal("published in that time", of.published.done, round(wanted)),
        Goal("memory of all processes", of.megabytes, MEGABYTES, at_least=False, unit=" MB"),
        Goal("second start to the first 200", of.start_seconds, START_SECONDS, at_least=False, unit=" s"),
        Goal("errors", of.errors(), 0, at_least=False),
    ]
    return [Goal(f"{of.name}: {one.name}", one.value, one.bound, one.at_least, one.unit) for one in found]


def _against_wagtail(of: Measured) -> Sequence[Goal]:
    return [
        Goal("home, missed ÷ Wagtail home", of.ratio("home, missed", "Wagtail home"), MISSED_HOME),
        Goal("posts, missed ÷ Wagtail posts", of.ratio("posts, missed", "Wagtail 500 posts"), MISSED_POST),
        Goal(
            "posts after a change ÷ Wagtail posts", of.ratio("posts after a change", "Wagtail 500 posts"), MISSED_POST
        ),
        Goal("home ÷ Wagtail home, kept", of.ratio("home", "Wagtail home, kept"), KEPT),
        Goal("500 posts ÷ Wagtail posts, kept", of.ratio("500 posts", "Wagtail 500 posts, kept"), KEPT),
    ]
