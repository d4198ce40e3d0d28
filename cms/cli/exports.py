"""`export DIR`: everything of the site in files that people can read, all of it or nothing."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from cms.cli.application import working_session
from cms.cli.progress import bar
from cms.exporters.site import Source, export
from cms.media.storage import open_storage
from cms.web import now, runtime

TERMINATED = 128 + signal.SIGTERM


@click.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def export_site(folder: Path) -> None:
    """Write posts, pages, files, comments, people and the rest into DIR, which must be empty or not there yet.

    Texts are Markdown, lists are JSON; README.md in DIR says what is what. The site may serve meanwhile.
    """
    with ending_cleanly(), working_session() as session:
        config = runtime().config
        with bar("Writing") as progress:
            source = Source(open_storage(config.storage_url), config.base_url, progress)
            report = export(session, folder, source, at=now())
    click.echo("\n".join(report.lines()))
    click.echo(f"\nIt is all in {folder.resolve()}")


@contextmanager
def ending_cleanly() -> Iterator[None]:
    """TERM ends the block as Ctrl-C does, so that what is half written goes."""

    def end(_number: int, _frame: Any) -> NoReturn:
        raise SystemExit(TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
