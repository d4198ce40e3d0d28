"""How fast is the whole site, beside an empty view of Flask, a file from nginx, and Wagtail?

    .venv/bin/python -m bench.site [--rounds N] [--seconds N] [--only sqlite|postgresql] [--wagtail DIR] [--json FILE]

Needs `wrk` and `nginx`. Everything runs at once and is asked in turns. Exits 1 where a goal is missed.
"""

import argparse
import shutil
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench.floor import empty_view, plain_file
from bench.installation import Installation, installation, setups
from bench.programs import megabytes_of, status_of
from bench.publisher import Press, newest, publish_once
from bench.results import Goal, conclude, number
from bench.site_goals import Measured, goals
from bench.site_pages import Pages, find, targets
from bench.wagtail import wagtail
from bench.wrk import Figure, Target, ask, middle, warm

#: All that was kept is old before they are asked for.
AFTER = "posts after a change"


def main() -> int:
    asked = _arguments()
    if missing := [program for program in ("wrk", "nginx") if shutil.which(program) is None]:
        print(f"Needed: apt install {' '.join(missing)}")
        return 1
    found: list[Goal] = []
    told = {}
    for name in setups(asked.only):
        measured = _measured(name, asked)
        print(f"\n## {name}\n\n{table(measured)}", flush=True)
        found += goals(measured)
        told[name] = measured.told()
    return conclude("site", found, {"asked": _asked(asked), "setups": told}, asked.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=5, help="of each question in a round (5)")
    parser.add_argument("--rounds", type=int, default=5, help="behind each median (5)")
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--comments", type=int, default=50_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the set-ups")
    parser.add_argument("--wagtail", type=Path, metavar="DIR", help="where Wagtail was set up; see bench/wagtail.py")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep what was found")
    return parser.parse_args()


def _asked(asked: argparse.Namespace) -> dict[str, int]:
    return {name: getattr(asked, name) for name in ("seconds", "rounds", "posts", "comments")}


def _measured(name: str, asked: argparse.Namespace) -> Measured:
    measured = Measured(name)
    with installation(name, posts=asked.posts, comments=asked.comments) as one:
        with ExitStack() as stack:
            server = stack.enter_context(one.served())
            empty, file = (stack.enter_context(start(one.folder)) for start in (empty_view, plain_file))
            peer = stack.enter_context(wagtail(asked.wagtail)) if asked.wagtail else None
            pages = find(one.base)
            everything = targets(one.base, pages, empty, file, peer)
            _check(everything)
            for turn in range(asked.rounds):
                print(f"{name}: round {turn + 1} of {asked.rounds}", file=sys.stderr, flush=True)
                _round(one, everything, pages, measured, asked.seconds)
            measured.megabytes = megabytes_of(server.pid)
        measured.start_seconds = one.start_seconds()
        measured.complaints = one.complaints()
    return measured


def _check(everything: dict[str, Target]) -> None:
    """wrk counts no 304, so each kind of question is asked once before."""
    for what, target in everything.items():
        wanted = 304 if target.etags else 200
        headers = {"Accept-Encoding": "gzip, br, zstd", **target.headers}
        if target.etags:
            headers["If-None-Match"] = target.etags[0]
        status, _body, _etag = status_of(target.base + target.paths[0], headers)
        if status != wanted:
            raise RuntimeError(f"{what}: {status} where {wanted} was expected.")


def _round(one: Installation, everything: dict[str, Target], pages: Pages, measured: Measured, seconds: int) -> None:
    """Each question once; then two of them again while somebody publishes."""
    for what, target in everything.items():
        if what == AFTER:
            publish_once(one.base, newest(one.base, 1)[0])
            figure = _without_seconds(ask(target, seconds), len(target.paths))
        else:
            if target.etags:  # a publication makes other pages, and other ETags
                target = replace(target, etags=warm(replace(target, etags=())))
            elif target.kept:
                warm(target)
            figure = ask(target, seconds)
        measured.rounds.setdefault(what, []).append(figure)
    for what, paths in (("mix, publishing", pages.mix), ("500 posts, publishing", pages.posts)):
        with Press(one.base, seconds) as press:
            figure = ask(Target(one.base, paths), seconds)
        measured.rounds.setdefault(what, []).append(figure)
        measured.published.add(press.result)
        measured.publishing_seconds += seconds


def _without_seconds(figure: Figure, paths: int) -> Figure:
    """Whoever is asked for twice was kept the second time, and is counted as an error."""
    return replace(figure, errors=figure.errors + max(0, figure.requests - paths))


def table(measured: Measured) -> str:
    """Markdown: the medians of all rounds."""
    lines = [
        "| what | requests/s | ÷ empty view | p50 ms | p99 ms | KB | errors |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for what, rounds in measured.rounds.items():
        figure, ratio = middle(rounds), measured.ratio(what, "empty view")
        cells = (figure.per_second, ratio, figure.p50, figure.p99, figure.bytes / 1024, figure.errors)
        lines.append(f"| {what} | {' | '.join(number(cell) for cell in cells)} |")
    lines.append(f"\nMemory {measured.megabytes:.0f} MB, second start {measured.start_seconds:.1f} s.")
    if measured.complaints:
        lines += ["\nThe server logged:", *measured.complaints[:5]]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
