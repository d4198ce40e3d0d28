"""`import wordpress`, `import ghost` and `import markdown`: all of a file or nothing of it, and nothing twice."""

from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from cms.cli.application import learn_sizes, working_session
from cms.cli.progress import bar
from cms.core.db import end_read
from cms.importers.ghost import read_ghost
from cms.importers.loading import Options, Progress, load
from cms.importers.loading.files import Shelf
from cms.importers.markdown import read_markdown
from cms.importers.parsed import ParsedSite
from cms.importers.wordpress import read_wordpress
from cms.media.inspect import Limits
from cms.settings.queries import load as load_settings
from cms.web import now, runtime

Read = Callable[[tzinfo, Progress], ParsedSite]
FILE = click.Path(path_type=Path)
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would come, and write nothing.")
media_option = click.option("--media", type=FILE, help="A folder with the files that the texts show.")


@click.group()
def imports() -> None:
    """Bring content in from WordPress, Ghost or Markdown files."""


@imports.command()
@click.argument("file", type=FILE)
@dry_run_option
@media_option
def wordpress(file: Path, dry_run: bool, media: Path | None) -> None:
    """Import a WordPress export (the .xml file of Tools → Export); its files are looked for beside it."""
    folders = [media] if media else []
    _import(lambda _zone, progress: read_wordpress(file, progress), [*folders, file.absolute().parent], dry_run=dry_run)


@imports.command()
@click.argument("file", type=FILE)
@dry_run_option
@media_option
@click.option("--url", default="", help="Where the site was, so that links to the whole address are known too.")
def ghost(file: Path, dry_run: bool, media: Path | None, url: str) -> None:
    """Import a Ghost export (the .json file of Settings → Labs); its files are looked for beside it."""
    here = file.absolute().parent
    above = [here.parent] if here.name == "data" else []  # a backup has content/data/ beside content/images/
    folders = [*([media] if media else []), here, *above]
    _import(lambda _zone, progress: read_ghost(file, progress, url=url), folders, dry_run=dry_run)


@imports.command()
@click.argument("files", type=FILE, nargs=-1, required=True)
@dry_run_option
@media_option
@click.option("--site", default="", help="A name for the site that the files are of, where several come here.")
def markdown(files: tuple[Path, ...], dry_run: bool, media: Path | None, site: str) -> None:
    """Import Markdown files with front matter, or all in a folder; pictures are looked for beside them."""

    def read(zone: tzinfo, progress: Progress) -> ParsedSite:
        return read_markdown(files, site=site, media=media, zone=zone, progress=progress)

    _import(read, [media] if media else [], dry_run=dry_run)


def _import(read: Read, folders: list[Path], *, dry_run: bool) -> None:
    with working_session() as session:
        settings = load_settings(session)
        end_read(session)  # reading takes its time, and others want to write
        with bar("Reading") as progress:
            site = read(ZoneInfo(settings.timezone), progress)
        shelf = Shelf(
            folders=tuple(folders),
            storage_url=None if dry_run else runtime().config.storage_url,
            limits=Limits(megabytes=settings.upload_megabytes, megapixels=settings.image_megapixels),
        )
        with bar("Checking" if dry_run else "Writing") as progress:
            report = load(session, site, at=now(), options=Options(shelf, progress))
        if dry_run:
            session.rollback()
            click.echo("Nothing was written. This is what would happen:\n")
        else:
            learn_sizes(session)
        click.echo("\n".join(report.lines()))
