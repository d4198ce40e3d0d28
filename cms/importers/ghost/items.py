"""One row of a Ghost export as a post or a page: dates, status, who may read it, and what networks are told of it."""

from dataclasses import dataclass
from datetime import datetime

from cms.core.i18n import _
from cms.core.text import printable
from cms.importers.ghost.body import html_of, to_body
from cms.importers.ghost.export import Row, flag, moment, text
from cms.importers.ghost.files import SITE, Shown
from cms.importers.ghost.paths import Permalink
from cms.importers.ghost.people import Writers
from cms.importers.ghost.terms import Terms
from cms.importers.lines import label, plain_line, title_from
from cms.importers.parsed import ItemKind, ItemStatus, Notebook, ParsedItem

STATUSES = {
    "published": ItemStatus.PUBLISHED,
    "scheduled": ItemStatus.SCHEDULED,
    "draft": ItemStatus.DRAFT,
    "sent": ItemStatus.DRAFT,
}
#: What Ghost calls a post to which nobody gave a name.
UNTITLED = "(Untitled)"
SEO_TITLES = ("meta_title", "og_title", "twitter_title")
SEO_DESCRIPTIONS = ("meta_description", "og_description", "twitter_description")
SOCIAL = (*SEO_TITLES[1:], *SEO_DESCRIPTIONS[1:], "og_image", "twitter_image")
INJECTED = ("codeinjection_head", "codeinjection_foot")


@dataclass(frozen=True, slots=True)
class Context:
    """What the posts of one export share."""

    terms: Terms
    writers: Writers
    permalink: Permalink
    shown: Shown


def parse_item(row: Row, *, source_id: str, context: Context) -> ParsedItem:
    """The whole post with its notes; the row holds what `posts_meta` says of it too."""
    title = plain_line(text(row, "title"))[0].removeprefix(UNTITLED)
    kind = ItemKind.PAGE if text(row, "type") == "page" or flag(row, "page") else ItemKind.POST
    slug = text(row, "slug").strip()
    name = label(kind, title, slug or source_id)
    notebook = Notebook(name)
    source = html_of(row, notebook)
    body = to_body(source, item_id=source_id, shown=context.shown, notebook=notebook)
    published_at = moment(row, "published_at")
    status = _status(row, published_at, notebook)
    author = context.writers.of(row, notebook)
    featured = _featured(row, source_id, context.shown, notebook)
    _note_rest(row, notebook)
    return ParsedItem(
        source_id=source_id,
        kind=kind,
        title=title or title_from(source, notebook),
        slug=slug,
        status=status,
        published_at=published_at or (None if status is ItemStatus.SCHEDULED else moment(row, "created_at")),
        modified_at=moment(row, "updated_at"),
        author=author,
        summary=plain_line(text(row, "custom_excerpt"))[0],
        body=body.markdown,
        tags=context.terms.of(text(row, "id")),
        label=name,
        comments_open=kind is ItemKind.POST,
        featured=featured,
        featured_alt=plain_line(text(row, "feature_image_alt"))[0],
        files=body.files,
        language=text(row, "locale").strip() or None,
        seo_title=_first(row, *SEO_TITLES),
        seo_description=_first(row, *SEO_DESCRIPTIONS),
        canonical_url=_canonical(row, notebook),
        old_paths=context.permalink.of(kind, slug, published_at, author),
        notes=notebook.notes(),
        words=body.words,
    )


def _status(row: Row, published_at: datetime | None, notebook: Notebook) -> ItemStatus:
    """Never more public than it was: what members, payers or readers of letters alone saw is a draft."""
    name = text(row, "status")
    status = STATUSES.get(name, ItemStatus.DRAFT)
    visibility = "public" if row.get("visibility") is None else text(row, "visibility")
    if name not in STATUSES:
        notebook.changed(_("status “%(name)s”", name=name[:40]), _("Not known here: it is a draft."))
    elif name == "sent" or flag(row, "email_only"):
        notebook.changed(_("sent by mail only"), _("It is a draft here: it was never on the site."))
        status = ItemStatus.DRAFT
    if visibility != "public":
        notebook.changed(
            _("for some readers only (%(who)s)", who=visibility[:80]),
            _("It is a draft here: nothing that was for members becomes public."),
        )
        status = ItemStatus.DRAFT
    if status is ItemStatus.PUBLISHED and published_at is None:
        written = printable(str(row.get("published_at")))[:40]
        notebook.problem(_("no usable date"), _("“%(date)s” is not one.", date=written))
    return status


def _featured(row: Row, item_id: str, shown: Shown, notebook: Notebook) -> str | None:
    address = text(row, "feature_image") or text(row, "image")
    if not address:
        return None
    alt, caption = (plain_line(text(row, f"feature_image_{name}"))[0] for name in ("alt", "caption"))
    source_id = shown.take(address, item_id, alt=alt, caption=caption)
    if source_id is None:
        notebook.problem(_("image %(name)s", name=address[:120]), _("It lies on another site and is not fetched."))
    return source_id


def _first(row: Row, *names: str) -> str:
    return next((line for name in names if (line := plain_line(text(row, name))[0])), "")


def _canonical(row: Row, notebook: Notebook) -> str:
    address = text(row, "canonical_url").strip()
    if address.startswith((SITE, "/")):
        notebook.left_out(_("canonical address %(name)s", name=address[:120]), _("It leads back to the old site."))
        return ""
    return address


def _note_rest(row: Row, notebook: Notebook) -> None:
    if flag(row, "featured"):
        notebook.changed(_("pinned to the top"), _("Lists here are in the order of their dates."))
    if any(text(row, name).strip() for name in INJECTED):
        notebook.left_out(_("code injection"), _("Posts hold no code that runs."))
    if text(row, "custom_template"):
        notebook.changed(
            _("template “%(name)s”", name=text(row, "custom_template")[:60]),
            _("The look comes from the site's theme."),
        )
    kept = {plain_line(text(row, name))[0] for name in ("title", "custom_excerpt", "feature_image")}
    kept |= {"", _first(row, *SEO_TITLES), _first(row, *SEO_DESCRIPTIONS)}
    others = [name for name in SOCIAL if plain_line(text(row, name))[0] not in kept]
    if others:
        notebook.left_out(
            _("for networks alone: %(names)s", names=", ".join(others)),
            _("Networks are told the title, the summary and the featured image."),
        )
