"""What do readers get while Redis or PostgreSQL is away, and after it has come back?

    .venv/bin/python -m bench.faults [--seconds N] [--json FILE]

Stops and starts both under load. Exits 1 where a page that is kept is not sent up to its next turn, another is answered
otherwise than with 503 while the database is away, anything is a 500, or a limit no longer counts.
"""

import argparse
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bench.changing import Writer, ask, token_of_owner
from bench.desk import Client, hidden
from bench.fault_load import KEPT, MADE, SETTLING, Load, table
from bench.installation import POSTGRESQL, Installation, installation
from bench.publisher import newest_texts
from bench.results import Goal, conclude
from bench.site_pages import every_post
from bench.wrk import Target, warm

SECONDS = 8
KEPT_POSTS = 15
#: After a server is there again: so long whoever found it away may rest.
SETTLE_SECONDS = 6
#: A page that turns is not sent a moment longer; the answer under way may be.
TURN_SECONDS = 0.5
TRIES, ALLOWED_TRIES = 12, 10
#: More than both processes together allow in a minute to whoever has no token, where each counts by itself.
QUESTIONS = 260
STRANGER = "nobody@example.com"
#: Of an installation that readers reach: limits count for everybody.
PRODUCTION = {"CMS_ENV": "production"}
SECRET = {"CMS_SECRET_KEY": "vW7_k2Rq9sLmZt4xYc8bNd3fGh6jPa5e"}


def main() -> int:
    asked = _arguments()
    with installation(POSTGRESQL, posts=6_000, comments=1_000, more=SECRET) as one:
        token = token_of_owner(one)
        with one.served(more=PRODUCTION):
            trial = Trial(one, token, asked.seconds)
            trial.run()
        print("\n".join(line[:500] for line in one.complaints()[:10]), file=sys.stderr)
    print(table(trial.load))
    phases = [{"phase": phase, "second": round(at, 1)} for phase, at in trial.load.phases]
    return conclude("faults", trial.goals, {"phases": phases, "seconds": trial.load.each_second()}, asked.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"of each phase ({SECONDS})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep what was found")
    return parser.parse_args()


class Trial:
    """One walk through all faults; each step adds the goals that it shows."""

    def __init__(self, one: Installation, token: str, seconds: int) -> None:
        assert one.services is not None
        self.one, self.seconds = one, seconds
        self.database, self.redis = one.services.database, one.services.redis
        self.writer = Writer(partial(ask, one.base), token)
        self.post, self.path = newest_texts(one.base, 1)[0]
        posts = every_post(one.base)
        self.kept = ["/", "/posts", "/feed.atom", self.path, *posts[:KEPT_POSTS]]
        self.load = Load(one.base, self.kept, posts[KEPT_POSTS:])
        self.goals: list[Goal] = []

    def run(self) -> None:
        """In an order in which each finds everything else as it should be."""
        warm(Target(self.one.base, self.kept))
        with self.load.running():
            self._all_is_well("before")
            self._without_redis()
            self._all_is_well("Redis is back")
            self._without_database()
            self._all_is_well("database is back")
            self._beyond_a_turn()
            self._all_is_well("database is back again")
            self._expect("sign-in is still limited", self._tries_until_limited(), 1, at_least=False)
        wrong = sum(one.status == 500 for one in self.load.asked)
        self._expect("answers with 500 at any time", wrong, 0, at_least=False)

    def _all_is_well(self, phase: str) -> None:
        self._settle()
        self._during(phase)
        for kind in (KEPT, MADE):
            self._all_are(200, phase, kind)

    def _without_redis(self) -> None:
        self.load.enter("Redis goes")
        self.redis.stop()
        self.load.enter("Redis is away")
        title = "Written without Redis"
        self.writer.publish(self.post, title)
        seen = f">{title}<".encode() in ask(self.one.base, self.path).body
        self._expect("Redis away: a change is in the next answer", seen, 1)
        tries = self._tries_until_limited()
        self._expect("Redis away: wrong passwords until sign-in is limited", tries, ALLOWED_TRIES + 1, at_least=False)
        self._expect("Redis away: programs that ask too often are told so", self._is_program_limited(), 1)
        time.sleep(self.seconds)
        self.load.enter("Redis comes")
        for kind in (KEPT, MADE):
            self._all_are(200, "Redis is away", kind)
        self.redis.start()

    def _without_database(self) -> None:
        self.load.enter("database goes")
        self.database.stop()
        self._during("database is away")
        self.load.enter("database comes")
        self._all_are(200, "database is away", KEPT)
        self._all_are(503, "database is away", MADE)
        self.database.start()

    def _beyond_a_turn(self) -> None:
        """Something goes live later: from then on nobody knows what a page should show."""
        turn = self.load.clock() + SETTLE_SECONDS + self.seconds
        self._schedule(turn)
        self._settle()
        self.load.enter("database goes again")
        self.database.stop()
        phase = "beyond a turn"
        self.load.enter(phase)
        time.sleep(turn + self.seconds - self.load.clock())
        self.load.enter("database comes again")
        before = self.load.statuses(phase, KEPT, until=turn)
        after = self.load.statuses(phase, KEPT, since=turn + TURN_SECONDS)
        self._expect("database away: kept pages sent before their turn", before[200], 1)
        self._expect("database away: other answers before their turn", before.total() - before[200], 0, at_least=False)
        self._expect("database away: refusals with 503 after their turn", after[503], 1)
        self._expect("database away: other answers after their turn", after.total() - after[503], 0, at_least=False)
        self.database.start()

    def _schedule(self, turn: float) -> None:
        live_from = datetime.now(UTC) + timedelta(seconds=turn - self.load.clock())
        statuses = self.writer.schedule(self.post, live_from.isoformat())
        if statuses != [200]:
            raise RuntimeError(f"Scheduling was answered with {statuses}.")

    def _during(self, phase: str) -> None:
        self.load.enter(phase)
        time.sleep(self.seconds)

    def _settle(self) -> None:
        """Nothing is promised of these seconds, but that there is no 500."""
        self.load.enter(SETTLING)
        time.sleep(SETTLE_SECONDS)

    def _all_are(self, status: int, phase: str, kind: str) -> None:
        found = self.load.statuses(phase, kind)
        self._expect(f"{phase}: {kind} pages with {status}", found[status], 1)
        self._expect(f"{phase}: {kind} pages with anything else", found.total() - found[status], 0, at_least=False)

    def _expect(self, name: str, value: float, bound: float, *, at_least: bool = True) -> None:
        self.goals.append(Goal(name, value, bound, at_least))

    def _tries_until_limited(self) -> int:
        """Wrong passwords for one account, which is counted in the database."""
        client = Client(self.one.base)
        for number in range(1, TRIES + 1):
            form = {"email": STRANGER, "password": "not the right one"}
            form["csrf_token"] = hidden(client.ask("/login")[1], "csrf_token")
            if client.ask("/login", form)[0] == 429:
                return number
        return TRIES + 1

    def _is_program_limited(self) -> bool:
        return any(ask(self.one.base, "/api/v1/settings").status == 429 for _ in range(QUESTIONS))


if __name__ == "__main__":
    sys.exit(main())
