"""What becomes of posts: how many are live, scheduled, waiting or gone, and what readers saw of each when."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from cms.posts.lifecycle import ARCHIVED, DRAFT, IN_REVIEW, PUBLISHED, PostStatus

HOUR, DAY = 3_600, 86_400
#: Whatever is not begun lately is begun this long ago at least, so that all of its times have passed.
SETTLED = 60 * DAY
#: Every post is begun up to this much earlier than its card says, so that no two are at the same second.
JITTER = DAY


@dataclass(frozen=True)
class Showing:
    """A version before readers."""

    version: int
    starts: int
    ends: int | None = None
    planned: int | None = None


@dataclass(frozen=True)
class Fate:
    """In seconds after the post was begun."""

    status: PostStatus
    updated: int
    published: int | None = None
    trashed: int | None = None
    #: When its second version was written, where it has one.
    revised: int | None = None
    #: Begun this long before now; None: at its turn among all that were begun over the years.
    ago: int | None = None
    showings: tuple[Showing, ...] = ()

    def card(self) -> dict[str, Any]:
        values = asdict(self)
        del values["showings"]
        last = self.showings[-1] if self.showings else None
        shown = (last.version, self._shown_from(), last.ends) if last else (None, None, None)
        values |= zip(("shown", "shown_from", "shown_until"), shown, strict=True)
        return values | {"status": self.status.value, "versions": 1 if self.revised is None else 2}

    def _shown_from(self) -> int:
        """Since when without a break; here, whatever follows another follows it at once."""
        return self.showings[0].starts


def fates(random: Random, count: int) -> list[Fate]:
    """So many, each kind in its proportion and at least once, in an order without order."""
    parts = sum(share for share, _make in KINDS)
    made = [make(random) for share, make in KINDS for _ in range(max(1, count * share // parts))]
    made += [_live(random) for _ in range(count - len(made))]
    random.shuffle(made)
    return made


def _days(random: Random, least: int, most: int) -> int:
    return random.randrange(least * DAY, most * DAY)


def _live(random: Random) -> Fate:
    published = _days(random, 1, 6)
    return Fate(PUBLISHED, published, published, showings=(Showing(1, published),))


def _fresh(random: Random) -> Fate:
    published = _days(random, 1, 6)
    return Fate(PUBLISHED, published, published, ago=_days(random, 7, 60), showings=(Showing(1, published),))


def _polished(random: Random) -> Fate:
    revised = _days(random, 1, 3)
    published = revised + 2 * HOUR
    return Fate(PUBLISHED, published, published, revised=revised, showings=(Showing(2, published),))


def _replaced(random: Random) -> Fate:
    published = _days(random, 1, 6)
    revised = published + _days(random, 3, 30)
    again = revised + HOUR
    seen = (Showing(1, published, ends=again), Showing(2, again))
    return Fate(PUBLISHED, again, published, revised=revised, showings=seen)


def _changed(random: Random) -> Fate:
    """A newer version waits to be published."""
    published = _days(random, 1, 6)
    revised = published + _days(random, 3, 30)
    return Fate(PUBLISHED, revised, published, revised=revised, showings=(Showing(1, published),))


def _expired(random: Random) -> Fate:
    published = _days(random, 1, 6)
    ends = published + _days(random, 7, 40)
    return Fate(PUBLISHED, published, published, showings=(Showing(1, published, ends, planned=ends),))


def _scheduled(random: Random) -> Fate:
    ago = _days(random, 1, 6)
    starts = ago + JITTER + _days(random, 1, 30)
    return Fate(PUBLISHED, ago // 2, starts, ago=ago, showings=(Showing(1, starts),))


def _draft(random: Random) -> Fate:
    ago = _days(random, 1, 60)
    return Fate(DRAFT, random.randrange(0, ago), ago=ago)


def _old_draft(random: Random) -> Fate:
    return Fate(DRAFT, _days(random, 0, 20))


def _in_review(random: Random) -> Fate:
    ago = _days(random, 1, 20)
    return Fate(IN_REVIEW, random.randrange(HOUR, ago), ago=ago)


def _archived(random: Random) -> Fate:
    published = _days(random, 1, 6)
    ends = published + _days(random, 10, 50)
    return Fate(ARCHIVED, ends, published, showings=(Showing(1, published, ends),))


def _shelved(random: Random) -> Fate:
    """Archived before anybody read it."""
    return Fate(ARCHIVED, _days(random, 2, 40))


def _withdrawn(random: Random) -> Fate:
    """In the trash after it was read."""
    published = _days(random, 1, 6)
    ends = published + _days(random, 1, 50)
    return Fate(PUBLISHED, ends, published, trashed=ends, showings=(Showing(1, published, ends),))


def _discarded(random: Random) -> Fate:
    """In the trash before anybody read it."""
    trashed = _days(random, 1, 30)
    return Fate(DRAFT, trashed, trashed=trashed)


#: In hundredths, more or less.
KINDS: tuple[tuple[int, Callable[[Random], Fate]], ...] = (
    (57, _live),
    (5, _fresh),
    (5, _polished),
    (5, _replaced),
    (3, _changed),
    (2, _expired),
    (2, _scheduled),
    (5, _draft),
    (4, _old_draft),
    (3, _in_review),
    (4, _archived),
    (1, _shelved),
    (2, _withdrawn),
    (2, _discarded),
)
