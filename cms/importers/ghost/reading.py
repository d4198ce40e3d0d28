"""A Ghost export, whole: who wrote, tags, posts and pages, the files they show, and what it does not hold."""

from collections.abc import Callable
from pathlib import Path

from cms.core.errors import Invalid
from cms.core.i18n import _
from cms.core.sanitize_urls import is_web
from cms.importers.ghost.export import Export, Row, read_export, text
from cms.importers.ghost.files import Shown
from cms.importers.ghost.items import INJECTED, Context, parse_item
from cms.importers.ghost.paths import Permalink
from cms.importers.ghost.people import Writers
from cms.importers.ghost.terms import Terms
from cms.importers.lines import plain_line
from cms.importers.parsed import Notebook, ParsedItem, ParsedSite

Progress = Callable[[int, int], None]
#: Settings that say what runs on every page, by version.
SCRIPTS = (*INJECTED, "ghost_head", "ghost_foot")
MENUS = ("navigation", "secondary_navigation")


def read_ghost(path: Path, progress: Progress | None = None, *, url: str = "") -> ParsedSite:
    """Read an export to its end; `Invalid` with one sentence where it is broken, hostile or something else.

    `url` is where the site was, which the file does not say.
    """
    url = url.strip().rstrip("/")
    if url and not is_web(url):
        raise Invalid(_("“%(url)s” is not the address of a site.", url=url))
    export = read_export(path)
    notebook = Notebook()
    settings = {text(row, "key"): text(row, "value") for row in export.rows("settings")}
    title = plain_line(settings.get("title", ""))[0]
    context = Context(Terms(export, notebook), Writers(export), Permalink.from_settings(settings), Shown(url))
    items = _items(export, context, notebook, progress)
    _note_site(export, settings, notebook)
    return ParsedSite(
        origin=f"ghost:{settings.get('db_hash') or settings.get('site_uuid') or title[:80]}",
        title=title,
        base_url=url,
        people=context.writers.signing(),
        tags=context.terms.all(),
        items=items,
        attachments=context.shown.all(),
        notes=notebook.notes(),
    )


def _items(export: Export, context: Context, notebook: Notebook, progress: Progress | None) -> tuple[ParsedItem, ...]:
    about = {text(row, "post_id"): row for row in export.rows("posts_meta")}
    items: dict[str, ParsedItem] = {}
    rows = export.rows("posts")
    for number, row in enumerate(rows, 1):
        source_id = text(row, "id").strip() or f"n{number}"
        if source_id in items:
            notebook.problem(_("number %(id)s", id=source_id), _("Two posts have it: both were kept."))
        while source_id in items:
            source_id = f"{source_id}-{number}"
        items[source_id] = parse_item(_with(row, about.get(text(row, "id"))), source_id=source_id, context=context)
        if progress is not None:
            progress(number, len(rows))
    return tuple(items.values())


def _with(row: Row, about: Row | None) -> Row:
    """A post with what newer versions keep in a table of its own."""
    said = {name: value for name, value in (about or {}).items() if name not in ("id", "post_id") and value is not None}
    return {**row, **said}


def _note_site(export: Export, settings: dict[str, str], notebook: Notebook) -> None:
    if any(settings.get(name, "").strip() for name in SCRIPTS) or any(
        text(row, name).strip() for row in export.rows("tags") for name in INJECTED
    ):
        notebook.left_out(_("code injection"), _("Posts hold no code that runs."))
    for name in MENUS:
        if settings.get(name, "").strip() not in ("", "[]"):
            notebook.left_out(name, _("Menus are made anew here."))
    for table, times in sorted(export.others.items()):
        if table in _reasons():
            notebook.left_out(_("%(times)s × %(kind)s", times=times, kind=table), _reasons()[table])
    for table, times in sorted(export.odd.items()):
        if times:
            notebook.problem(_("%(times)s × %(kind)s", times=times, kind=table), _("Not what Ghost writes: not read."))


def _reasons() -> dict[str, str]:
    """Of the tables that a site owner would miss; the others are Ghost's own bookkeeping."""
    return {
        "comments": _("They belong to members, who are not in the export."),
        "members": _("Readers subscribe anew here."),
        "subscribers": _("Readers subscribe anew here."),
        "newsletters": _("Letters to readers are set up anew here."),
        "products": _("Nothing is sold to readers here."),
        "snippets": _("Only Ghost's editor uses them."),
        "redirects": _("Make them under Redirects."),
    }
