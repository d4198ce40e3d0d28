"""One file on its way to being a post: front matter, text, pictures, and what is not shown."""

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from itertools import accumulate, chain, count
from pathlib import Path

from cms.core.errors import Invalid
from cms.core.i18n import _
from cms.core.text import slugify
from cms.importers.markdown import files, front_matter
from cms.importers.markdown.front_matter import Head
from cms.importers.markdown.liquid import without_liquid
from cms.importers.markdown.pictures import Pictures
from cms.importers.parsed import (
    ItemKind,
    ItemStatus,
    Notebook,
    ParsedAttachment,
    ParsedItem,
    ParsedPerson,
    ParsedSite,
    ParsedTag,
)
from cms.importers.pieces import pieces

DATED = re.compile(r"^(\d{4}-\d{1,2}-\d{1,2})-")
HEADING = re.compile(r"\A\s*#[ \t]+(.+?)[ \t]*#*[ \t]*(?:\n|\Z)")
FORMULA = re.compile(r"\$\$.+?\$\$|\\\(.+?\\\)|\\\[.+?\\\]", re.DOTALL)
DIAGRAM = re.compile(r"(?m)^\s*(?:`{3,}|~{3,})\s*mermaid\b")
CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
STATUSES = {
    "draft": ItemStatus.DRAFT,
    "pending": ItemStatus.IN_REVIEW,
    "private": ItemStatus.DRAFT,
    "in_review": ItemStatus.IN_REVIEW,
    "scheduled": ItemStatus.SCHEDULED,
    "archived": ItemStatus.ARCHIVED,
}
PUBLIC = (ItemStatus.PUBLISHED, ItemStatus.SCHEDULED)
#: Read elsewhere, or about the look and the building of the old site.
IDLE = (
    "layout",
    "type",
    "toc",
    "math",
    "mermaid",
    "pin",
    "published",
    "draft",
    "status",
    "mathjax",
    "katex",
    "header",
    "copydesk",
    "id",
)

Progress = Callable[[int, int], None]


def read_markdown(
    paths: Iterable[Path],
    *,
    site: str = "",
    media: Path | None = None,
    zone: tzinfo = UTC,
    progress: Progress | None = None,
) -> ParsedSite:
    """Read every file or none: `Invalid` names the first that is broken; times without a zone are in `zone`.

    A folder stands for the Markdown files in it and below it.

    Files of one `site` are told apart by their names, wherever they lie; those of two sites are not the same.
    """
    origin = _origin(site)
    chosen = files.chosen(paths)
    items: dict[str, ParsedItem] = {}
    attachments: dict[str, ParsedAttachment] = {}
    people: dict[str, ParsedPerson] = {}
    tags: dict[str, ParsedTag] = {}
    for number, path in enumerate(chosen, 1):
        reader = _File(path, media, zone)
        item = reader.item()
        source_id = _free_id(item.source_id, path, items)
        items[source_id] = replace(item, source_id=source_id)
        attachments = reader.pictures.found | attachments
        people |= {person.source_id: person for person in reader.people} | people
        tags |= {tag.source_id: tag for tag in reader.tags} | tags
        if progress is not None:
            progress(number, len(chosen))
    return ParsedSite(
        origin=origin,
        is_told_by_names=True,
        people=tuple(people.values()),
        tags=tuple(tags.values()),
        items=tuple(items.values()),
        attachments=tuple(attachments.values()),
    )


def _origin(site: str) -> str:
    name = slugify(site, fallback="")
    if site and not name:
        raise Invalid(_("The name of a site has letters or digits."))
    return f"markdown:{name}" if name else "markdown"


def _free_id(name: str, path: Path, taken: Container[str]) -> str:
    """The name, with as many of the folders around it as tell it from the others, or else with a number."""
    folders = accumulate(reversed(path.absolute().parent.parts[1:]), lambda inner, outer: f"{outer}/{inner}")
    longer = (f"{folder}/{name}" for folder in folders)
    numbered = (f"{name}-{number}" for number in count(2))
    return next(wanted for wanted in chain([name], longer, numbered) if wanted not in taken)


class _File:
    """One file on its way to being a post."""

    def __init__(self, path: Path, media: Path | None, zone: tzinfo) -> None:
        self.path = path
        self._zone = zone
        self.notebook = Notebook(path.name)
        self.pictures = Pictures(path, media, self.notebook)
        self.people: list[ParsedPerson] = []
        self.tags: list[ParsedTag] = []

    def item(self) -> ParsedItem:
        """The post, with everything that happened on the way in its notes."""
        text = files.read_text(self.path)
        if not text.strip():
            raise Invalid(_("%(file)s is empty.", file=self.path))
        item = self._exported(text) if front_matter.is_ours(text) else self._from_elsewhere(text)
        return replace(item, notes=self.notebook.notes())

    def _exported(self, text: str) -> ParsedItem:
        """Of our own export: every character is meant, and the address tells it from the others."""
        head, body = front_matter.split(text, str(self.path))
        head = head or Head({})
        body = body.removeprefix("\n").removesuffix("\n")
        self.pictures.note_exported(body)
        item = self._assembled(head, head.text("title"), body, has_head=True, toc=False)
        address, parent = head.text("address"), head.text("parent")
        self._note_rest(head)
        return replace(item, source_id=address or item.source_id, parent_source_id=parent or None)

    def _from_elsewhere(self, text: str) -> ParsedItem:
        text, repairs = files.repaired(text)
        if repairs:
            self.notebook.changed(
                _("characters in %(lines)s lines", lines=repairs), _("They had been decoded wrongly once; repaired.")
            )
        head, body = front_matter.split(text, str(self.path))
        has_head = head is not None
        head = head or Head({})
        body, controls = CONTROL.subn("", body)
        if controls:
            self.notebook.changed(_("control characters (×%(times)s)", times=controls), _("They cannot be shown."))
        body, wants_contents = without_liquid(body, self.notebook)
        title, body = self._title(head, body)
        self._note_unrendered(head, body)
        body = self.pictures.look_into(body)
        item = self._assembled(head, title, body.strip("\n"), has_head=has_head, toc=wants_contents)
        self._note_rest(head)
        return item

    def _assembled(self, head: Head, title: str, body: str, *, has_head: bool, toc: bool) -> ParsedItem:
        slug = self._slug(head)
        featured, featured_alt = self.pictures.featured(head)
        published_at = self._moment(head, "date", "published_at", "publishdate", "pubdate") or self._date_of_name()
        return ParsedItem(
            source_id=f"{published_at:%Y-%m-%d}/{slug}" if published_at else slug,
            kind=ItemKind.PAGE if "page" in (head.text("layout"), head.text("type")) else ItemKind.POST,
            title=title,
            slug=slug,
            status=self._status(head, has_head=has_head),
            published_at=published_at,
            modified_at=self._moment(head, "last_modified_at", "lastmod", "updated", "modified"),
            created_at=self._moment(head, "created", "created_at"),
            live_until=self._moment(head, "expires", "expirydate"),
            author=self._author(head),
            summary=head.text("description", "summary", "excerpt"),
            body=body,
            tags=self._tags(head),
            position=head.number("weight", "order", "nav_order"),
            series=head.text("series"),
            series_part=head.number("series_part", "series_order"),
            comments_open=head.flag("comments") is not False,
            featured=featured,
            featured_alt=featured_alt,
            files=self.pictures.meant,
            label=self.path.name,
            language=head.text("lang", "language") or None,
            show_contents=toc or head.flag("toc") is True,
            seo_title=head.text("seo_title"),
            seo_description=head.text("seo_description"),
            canonical_url=head.text("canonical_url", "canonical"),
            noindex=head.flag("noindex") is True,
            old_paths=_old_paths(head),
        )  # fmt: skip

    def _title(self, head: Head, body: str) -> tuple[str, str]:
        """Said in the head, or by the first heading (which then is not said twice), or by the name of the file."""
        title = head.text("title")
        found = HEADING.match(body)
        heading = found[1].strip() if found else ""
        if found is not None and title in ("", heading):
            return heading, body[found.end() :]
        return title or DATED.sub("", self._stem()).replace("-", " ").replace("_", " ").strip().capitalize(), body

    def _stem(self) -> str:
        """A bundle of Hugo's is a folder with an `index.md`."""
        is_bundle = self.path.stem.lower() in ("index", "_index")
        return (self.path.absolute().parent.name if is_bundle else self.path.stem) or self.path.stem

    def _slug(self, head: Head) -> str:
        permalink = head.text("permalink")
        last = permalink.rstrip("/").rpartition("/")[2] if ":" not in permalink else ""
        return head.text("slug") or last.removesuffix(".html") or DATED.sub("", self._stem())

    def _status(self, head: Head, *, has_head: bool) -> ItemStatus:
        if not has_head:
            self.notebook.changed(_("no front matter"), _("Nothing says that it was published: it is a draft."))
            return ItemStatus.DRAFT
        status = STATUSES.get(head.text("status").casefold(), ItemStatus.PUBLISHED)
        is_draft = head.flag("published") is False or head.flag("draft") is True
        return ItemStatus.DRAFT if is_draft and status in PUBLIC else status

    def _moment(self, head: Head, *names: str) -> datetime | None:
        try:
            return head.moment(self._zone, *names)
        except Invalid as error:
            self.notebook.problem(names[0], error.message)
            return None

    def _date_of_name(self) -> datetime | None:
        found = DATED.match(self._stem())
        return self._moment(Head({"date": found[1]}), "date") if found else None

    def _author(self, head: Head) -> str:
        named = [(login, name or login or email, email) for login, name, email in head.people("author", "authors")]
        named = [person for person in named if any(person)]
        for _login, name, _email in named[1:]:
            self.notebook.changed(_("author “%(name)s”", name=name), _("A post has one author: the first."))
        for login, name, email in named[:1]:
            key = (login or name).casefold()
            self.people.append(ParsedPerson(key, name, email))
            return key
        return ""

    def _tags(self, head: Head) -> tuple[str, ...]:
        """Categories are tags here; one that is both is one."""
        keys: dict[str, None] = {}
        for is_category, names in (
            (True, head.words("categories", "category")),
            (False, head.words("tags", "tag", "keywords")),
        ):
            for name in names:
                key = name.casefold()
                if key not in keys:
                    self.tags.append(ParsedTag(key, name, is_category=is_category))
                keys[key] = None
        for path in head.paths("tag_paths"):
            above: str | None = None
            for name in path:
                self.tags.append(ParsedTag(name.casefold(), name, parent_id=above))
                above = name.casefold()
        return tuple(keys)

    def _note_unrendered(self, head: Head, body: str) -> None:
        prose = "".join(part for is_code, part in pieces(body) if not is_code)
        formulas = len(FORMULA.findall(prose))
        if formulas or head.flag("math", "mathjax", "katex"):
            self.notebook.changed(
                _("mathematics: %(times)s formulas found", times=formulas), _("Formulas are shown as they are written.")
            )
        diagrams = len(DIAGRAM.findall(body))
        if diagrams or head.flag("mermaid"):
            self.notebook.changed(
                _("diagrams (mermaid): %(times)s found", times=diagrams), _("Diagrams are shown as they are written.")
            )

    def _note_rest(self, head: Head) -> None:
        if head.flag("pin") is True:
            self.notebook.changed(_("pinned to the top"), _("Lists here are in the order of their dates."))
        head.text(*IDLE)
        rest = head.unasked()
        if rest:
            names = ", ".join(rest)[:200]
            self.notebook.left_out(_("front matter: %(names)s", names=names), _("Posts here have no such fields."))


def _old_paths(head: Head) -> tuple[str, ...]:
    """A permalink with placeholders says nothing about this post alone."""
    paths = (head.text("permalink"), *head.words("redirect_from", "aliases"))
    return tuple(path for path in paths if path.startswith("/") and ":" not in path and path != "/")
