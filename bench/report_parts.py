"""The sections of the report: what each measurement's file becomes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bench.charts import Bar, answers, bars
from bench.fault_load import SETTLING
from bench.results import number

Told = dict[str, Any]


@dataclass(frozen=True)
class Chart:
    """`words` stand where the picture cannot be seen."""

    file: str
    words: str
    picture: str


@dataclass(frozen=True)
class Section:
    """A heading with what follows it; `extent` says how much was measured, as a brief run proves little."""

    title: str
    said: str
    tables: Callable[[Told], Iterator[str]]
    charts: Callable[[Told], list[Chart]] = lambda _told: []
    extent: Callable[[Told], str] = lambda _told: ""


def _site_extent(told: Told) -> str:
    asked = told["asked"]
    size = f"{asked['posts']:,} posts, {asked['comments']:,} comments"
    return f"{size}, {asked['rounds']} × {asked['seconds']} s"


def _fresh_extent(told: Told) -> str:
    return f"{max(found['pairs'] for found in told['setups'].values()):,} changes"


def _file_name(start: str, setup: str) -> str:
    return f"{start}-{setup.split()[0].lower()}.svg"


def _site_charts(told: Told) -> list[Chart]:
    charts = []
    for setup, found in told["setups"].items():
        rows = [
            Bar(what, figure["per_second"], number(figure["per_second"]), ours=not _is_other(what))
            for what, figure in found["figures"].items()
        ]
        said = f"{setup}: requests a second, " + "; ".join(f"{row.label} {row.shown}" for row in rows)
        words = f"Requests a second of each kind of page, {setup}; the table has the figures"
        charts.append(Chart(_file_name("site", setup), words, bars(f"Requests a second, {setup}", said, rows)))
    return charts


def _is_other(what: str) -> bool:
    return what.startswith(("empty view", "nginx", "Wagtail"))


def _site_tables(told: Told) -> Iterator[str]:
    for setup, found in told["setups"].items():
        yield f"### {setup}\n"
        yield "| what | requests/s | ÷ empty view | p50 ms | p99 ms | KB | errors |"
        yield "|---|---:|---:|---:|---:|---:|---:|"
        for what, figure in found["figures"].items():
            ratio, kilobytes = found["against_empty"][what], figure["bytes"] / 1024
            cells = (figure["per_second"], ratio, figure["p50"], figure["p99"], kilobytes, figure["errors"])
            yield f"| {what} | {' | '.join(number(cell) for cell in cells)} |"
        yield (
            f"\nMemory of all processes {found['megabytes']:.0f} MB, second start {found['start_seconds']:.1f} s, "
            f"{found['published']['done']} publications of {found['publication_ms']:.0f} ms.\n"
        )


def _nginx_charts(told: Told) -> list[Chart]:
    rows = [
        Bar(what, figure["per_second"], number(figure["per_second"]), ours=what != "plain file")
        for what, figure in told["figures"].items()
    ]
    said = "; ".join(f"{row.label} {row.shown}" for row in rows)
    words = "Requests a second of a stored post and of a plain file; the table has the figures"
    return [Chart("nginx.svg", words, bars("Requests a second of nginx, from disk", said, rows))]


def _nginx_tables(told: Told) -> Iterator[str]:
    yield "| what | requests/s | p50 ms | p99 ms |\n|---|---:|---:|---:|"
    for what, figure in told["figures"].items():
        yield f"| {what} | {number(figure['per_second'])} | {number(figure['p50'])} | {number(figure['p99'])} |"


def _fresh_tables(told: Told) -> Iterator[str]:
    yield "| set-up | changes | of stored pages | answers read | stale | errors | changes/s | workers met |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for name, found in told["setups"].items():
        cells = (found["pairs"], found["on_disk"], found["reads"], found["stale"], found["errors"])
        counts = " | ".join(f"{cell:,}" for cell in cells)
        yield f"| {name} | {counts} | {found['rate']} | {found['workers']} |"


def _fault_charts(told: Told) -> list[Chart]:
    phases = [(one["phase"], one["second"]) for one in told["phases"]]
    named = ", ".join(f"{place} {phase}" for place, (phase, _at) in enumerate(phases, 1))
    picture = answers("Answers while servers go and come", f"Phases: {named}.", told["seconds"], phases)
    words = "Answers of each second by status, for kept pages and for others; the table of goals has the figures"
    return [Chart("faults.svg", words, picture)]


def _fault_tables(told: Told) -> Iterator[str]:
    yield "Where a line of the chart has a number, a phase begins:\n"
    for place, one in enumerate(told["phases"], 1):
        words = "everything is there again; nothing is promised of these seconds" if one["phase"] == SETTLING else ""
        yield f"{place}. {words or one['phase']}"


def _size_charts(told: Told) -> list[Chart]:
    charts = []
    for name, kinds in told["databases"].items():
        rows = []
        for kind, (small, large) in kinds.items():
            rows.append(Bar(f"{kind}, {told['small']:,} posts", small, f"{small:.1f}", ours=False))
            rows.append(Bar(f"{kind}, {told['big']:,} posts", large, f"{large:.1f}"))
        said = "; ".join(f"{row.label}: {row.shown} ms" for row in rows)
        words = f"Milliseconds by kind of page, {name}; the table has the figures"
        picture = bars(f"Milliseconds to make a page, {name}", said, rows)
        charts.append(Chart(_file_name("sizes", name), words, picture))
    return charts


def _size_tables(told: Told) -> Iterator[str]:
    yield f"| page | {told['small']:,} posts, ms | {told['big']:,} posts, ms | ratio |\n|---|---:|---:|---:|"
    for name, kinds in told["databases"].items():
        for kind, (small, large) in kinds.items():
            yield f"| {name}, {kind} | {small:.1f} | {large:.1f} | {large / small:.2f} |"


def _api_tables(told: Told) -> Iterator[str]:
    yield "| what is read | as served, ms | made anew, ms | query and dump, ms | made anew ÷ query and dump |"
    yield "|---|---:|---:|---:|---:|"
    for name, found in told["setups"].items():
        for what, ms in found.items():
            figures = f"{ms['served']:.3f} | {ms['anew']:.2f} | {ms['bare']:.2f} | {ms['anew'] / ms['bare']:.2f}"
            yield f"| {name}, {what} | {figures} |"


SECTIONS = {
    "site": Section(
        "The whole site",
        """`manage.py serve` with two processes of four threads, an empty view of Flask with 10 KB under the same
settings of gunicorn, a file of 10 KB from nginx, and Wagtail on PostgreSQL where it was set up, asked by `wrk` with 32
connections over the same two cores. A page is *missed* where Flask has to make it: here under a name of the machine
that nothing is kept for. *After a change*: something was published, so that all kept pages are old, and each post is
asked for once. *Publishing*: five times a second somebody opens the form of a post, changes its title and
publishes.""",
        _site_tables,
        _site_charts,
        _site_extent,
    ),
    "nginx": Section(
        "From disk, behind nginx",
        "`deploy/nginx.conf` without TLS: a stored post, and a plain file with the same bytes from the same nginx.",
        _nginx_tables,
        _nginx_charts,
    ),
    "freshness": Section(
        "Every change in the very next answer",
        """A program changes and publishes a post by the API, by each worker in turns, and reads its public page right
after, twice, from all workers at once; through nginx, from whichever that asks. Met are those that answered; where
nginx did, those that published.""",
        _fresh_tables,
        extent=_fresh_extent,
    ),
    "faults": Section(
        "Redis and PostgreSQL go and come",
        "Three readers go on asking: two for pages that are kept, one for pages that each have to be made.",
        _fault_tables,
        _fault_charts,
    ),
    "sizes": Section(
        "A thousand posts or a million",
        "Nothing is kept; the median of what a page takes, in the same process, both sites in turns.",
        _size_tables,
        _size_charts,
        lambda told: f"{told['big']:,} posts",
    ),
    "api": Section(
        "The API beside its query",
        """The application called as a server calls it, and the same query with the same schema and nothing around them,
in turns. *As served*: as whoever asks without a token gets it, from a kept answer, with the question whether that
still holds and with limits; that is what is promised. *Made anew*: by Flask alone, under a name of the machine that
nothing is kept for. Whoever sends a token gets that, after a look for the token; no figure is promised for it.""",
        _api_tables,
    ),
}
