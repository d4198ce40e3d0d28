"""A WordPress export, whole: people, categories and tags, posts and pages, attachments, and what it does not hold."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from cms.core.i18n import _
from cms.importers.library import Library
from cms.importers.lines import plain_line
from cms.importers.parsed import (
    Notebook,
    ParsedAttachment,
    ParsedItem,
    ParsedPerson,
    ParsedSite,
    ParsedTag,
    sound_parents,
)
from cms.importers.wordpress.body import Context
from cms.importers.wordpress.items import login_of, parse_item
from cms.importers.wordpress.wxr import Channel, Record

CATEGORY, TAG = "category", "post_tag"
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class _Gathered:
    """The records of a file by what they are."""

    texts: dict[str, str] = field(default_factory=dict)
    authors: list[Record] = field(default_factory=list)
    terms: list[Record] = field(default_factory=list)
    writings: list[Record] = field(default_factory=list)
    attachments: list[Record] = field(default_factory=list)
    reusable: dict[str, str] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)


def read_wordpress(path: Path, progress: Progress | None = None) -> ParsedSite:
    """Read an export to its end; `Invalid` with one sentence where it is broken, hostile or something else."""
    channel = Channel(path)
    gathered = _gather(channel)
    notebook = Notebook()
    if channel.control_characters:
        notebook.changed(
            _("control characters (×%(times)s)", times=channel.control_characters), _("They cannot be shown.")
        )
    terms = _Terms(gathered, notebook)
    attachments = tuple(_attachment(record) for record in gathered.attachments)
    items = _items(gathered, terms, Context(Library(attachments), gathered.reusable), notebook, progress)
    for kind, times in sorted(gathered.others.items()):
        notebook.left_out(_("%(times)s × %(kind)s", times=times, kind=kind), _why_left(kind))
    base_url = (gathered.texts.get("wp:base_blog_url") or gathered.texts.get("link") or "").strip().rstrip("/")
    return ParsedSite(
        origin=_origin(base_url, gathered.texts.get("title", "")),
        title=plain_line(gathered.texts.get("title", ""))[0],
        base_url=base_url,
        people=_people(gathered.authors, items),
        tags=terms.all(),
        items=items,
        attachments=attachments,
        notes=notebook.notes(),
    )


def _origin(base_url: str, title: str) -> str:
    """The same for a site before and after it moved to https."""
    place = base_url.partition("://")[2]
    return f"wordpress:https://{place.lower()}" if place else f"wordpress:{title.strip()[:80]}"


def _gather(channel: Iterable[Record]) -> _Gathered:
    gathered = _Gathered()
    for record in channel:
        if record.name == "wp:author":
            gathered.authors.append(record)
        elif record.name in ("wp:category", "wp:tag", "wp:term"):
            gathered.terms.append(record)
        elif record.name != "item":
            gathered.texts.setdefault(record.name, record.get(""))
        else:
            _sort_item(gathered, record)
    return gathered


def _sort_item(gathered: _Gathered, record: Record) -> None:
    kind = record.get("wp:post_type").strip()
    if kind in ("post", "page"):
        if record.get("wp:status").strip() in ("auto-draft", "inherit"):
            gathered.others["auto-draft"] += 1
        else:
            gathered.writings.append(record)
    elif kind == "attachment":
        gathered.attachments.append(record)
    elif kind == "wp_block":
        gathered.reusable[record.get("wp:post_id").strip()] = record.get("content:encoded")
    else:
        gathered.others[kind or _("nameless item")] += 1


def _why_left(kind: str) -> str:
    reasons = {
        "nav_menu_item": _("Menus are made anew here."),
        "revision": _("Only the newest version of each post is in an export."),
        "auto-draft": _("WordPress's own empty drafts."),
        "custom_css": _("The look comes from the site's theme."),
        "wp_navigation": _("Menus are made anew here."),
        "wp_global_styles": _("The look comes from the site's theme."),
        "wp_template": _("The look comes from the site's theme."),
        "wp_template_part": _("The look comes from the site's theme."),
    }
    return reasons.get(kind, _("A plugin's or the theme's own records."))


def _attachment(record: Record) -> ParsedAttachment:
    parent = record.get("wp:post_parent").strip()
    position = record.get("wp:menu_order").strip()
    return ParsedAttachment(
        source_id=record.get("wp:post_id").strip(),
        url=(record.get("wp:attachment_url") or record.get("guid")).strip(),
        title=plain_line(record.get("title"))[0],
        alt=plain_line(record.meta.get("_wp_attachment_image_alt", ""))[0],
        caption=plain_line(record.get("excerpt:encoded"))[0],
        parent_id=parent if parent not in ("", "0") else None,
        position=int(position) if position.isdecimal() else 0,
    )


def _items(
    gathered: _Gathered, terms: "_Terms", context: Context, notebook: Notebook, progress: Progress | None
) -> tuple[ParsedItem, ...]:
    items: dict[str, ParsedItem] = {}
    total = len(gathered.writings)
    for number, record in enumerate(gathered.writings, 1):
        source_id = record.get("wp:post_id").strip() or f"n{number}"
        if source_id in items:
            notebook.problem(_("number %(id)s", id=source_id), _("Two posts have it: both were kept."))
            source_id = f"{source_id}-{number}"
        items[source_id] = parse_item(record, source_id=source_id, context=context, tags=terms.of(record))
        if progress is not None:
            progress(number, total)
    return tuple(items.values())


def _people(authors: list[Record], items: tuple[ParsedItem, ...]) -> tuple[ParsedPerson, ...]:
    """Those whom the export names, then those who only sign."""
    people: dict[str, ParsedPerson] = {}
    for record in authors:
        login = login_of(record.get("wp:author_login"))
        full_name = f"{record.get('wp:author_first_name')} {record.get('wp:author_last_name')}"
        name = plain_line(record.get("wp:author_display_name"))[0] or plain_line(full_name)[0] or login
        people.setdefault(login, ParsedPerson(login, name, record.get("wp:author_email").strip()))
    for item in items:
        if item.author:
            people.setdefault(item.author, ParsedPerson(item.author, item.author))
    return tuple(people.values())


class _Terms:
    """Categories and tags, those that are declared and those that only posts mention."""

    def __init__(self, gathered: _Gathered, notebook: Notebook) -> None:
        self._tags: dict[tuple[str, str], ParsedTag] = {}
        self._by_name: dict[tuple[str, str], str] = {}
        for record in gathered.terms:
            self._declare(record)
        for record in gathered.writings:
            for domain, slug, name in record.terms:
                if domain in (CATEGORY, TAG):
                    self._mention(domain, slug, name, notebook)

    def all(self) -> tuple[ParsedTag, ...]:
        """With parents that exist, and no circles among them."""
        parents = sound_parents({tag.source_id: tag.parent_id for tag in self._tags.values()})
        return tuple(
            ParsedTag(
                tag.source_id, tag.name, tag.slug, tag.description, parents[tag.source_id], is_category=tag.is_category
            )
            for tag in self._tags.values()
        )

    def of(self, record: Record) -> tuple[str, ...]:
        """What a post is filed under, each once, in the order of the export."""
        found = {}
        for domain, slug, name in record.terms:
            if domain in (CATEGORY, TAG):
                found[self._key(domain, slug, name)] = True
        return tuple(f"{domain}:{slug}" for domain, slug in found)

    def _declare(self, record: Record) -> None:
        domain = {"wp:category": CATEGORY, "wp:tag": TAG}.get(record.name, record.get("wp:term_taxonomy").strip())
        prefix = {"wp:category": "wp:category_", "wp:tag": "wp:tag_"}.get(record.name, "wp:term_")
        if domain not in (CATEGORY, TAG):
            return
        slug = record.get("wp:category_nicename" if record.name == "wp:category" else f"{prefix}slug").strip()
        name = record.get("wp:cat_name" if record.name == "wp:category" else f"{prefix}name")
        parent = unquote(record.get(f"{prefix}parent").strip())
        self._add(domain, slug, name, record.get(f"{prefix}description"), parent)

    def _add(self, domain: str, slug: str, name: str, description: str = "", parent: str = "") -> None:
        slug = unquote(slug)
        name = plain_line(name)[0] or slug
        if not name or (domain, slug) in self._tags:
            return
        self._by_name.setdefault((domain, name.casefold()), slug)
        self._tags[(domain, slug)] = ParsedTag(
            source_id=f"{domain}:{slug}",
            name=name,
            slug=slug,
            description=plain_line(description)[0],
            parent_id=f"{domain}:{parent}" if parent else None,
            is_category=domain == CATEGORY,
        )

    def _mention(self, domain: str, slug: str, name: str, notebook: Notebook) -> None:
        key = self._key(domain, slug, name)
        if key not in self._tags:
            self._add(domain, slug, name)
            notebook.changed(
                _("tag “%(name)s”", name=plain_line(name)[0]), _("Posts use it, though the export does not list it.")
            )

    def _key(self, domain: str, slug: str, name: str) -> tuple[str, str]:
        """By slug; one that is not listed may be a listed tag whose slug was changed since."""
        slug = unquote(slug)
        if (domain, slug) in self._tags:
            return domain, slug
        return domain, self._by_name.get((domain, plain_line(name)[0].casefold()), slug)
