"""Categories and tags as tags: each with its own address, name and parent."""

from datetime import datetime
from itertools import chain, count

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.actions import record
from cms.core.i18n import _
from cms.core.text import printable, slugify
from cms.importers.lines import one_line
from cms.importers.loading.texts import shortened
from cms.importers.parsed import Notebook, ParsedSite, ParsedTag
from cms.importers.report import Report
from cms.taxonomy.actions import free_tag_slug
from cms.taxonomy.fields import MAX_DESCRIPTION, MAX_NAME, fits
from cms.taxonomy.models import Tag


class Tags:
    """The tags of an import, by what the file calls them."""

    def __init__(self, session: Session, report: Report, *, at: datetime) -> None:
        self._session = session
        self._report = report
        self._at = at
        self._notebook = Notebook()
        self._by_source: dict[str, Tag] = {}
        self._made: set[int] = set()

    def load(self, site: ParsedSite) -> None:
        """Find or make every one, then give the new ones their parents."""
        sources = {tag.source_id: tag for tag in site.tags}
        for source in sorted(site.tags, key=lambda tag: not _is_plain(tag)):
            self._by_source[source.source_id] = self._load(source, sources)
        for source in site.tags:
            self._settle(source)
        self._session.flush()
        self._report.take(self._notebook)

    def of(self, source_ids: tuple[str, ...]) -> list[Tag]:
        """Each once: two words of the file may be one tag here."""
        found = {self._by_source[source].id: self._by_source[source] for source in source_ids}
        return list(found.values())

    def _load(self, source: ParsedTag, sources: dict[str, ParsedTag]) -> Tag:
        kind = "categories" if source.is_category else "tags"
        known = self._known(source)
        if known is not None:
            if known.id in self._made:
                self._report.came[kind] += 1
                self._notebook.changed(_("tag “%(name)s”", name=source.name), _("Category and tag became one tag."))
            else:
                self._report.known[kind] += 1
            return known
        self._report.came[kind] += 1
        return self._make(source, sources)

    def _known(self, source: ParsedTag) -> Tag | None:
        """By address, then by name; a tag of another name that this very file brought is somebody else."""
        key = one_line(source.name).casefold()
        if source.slug:
            slug = slugify(source.slug, fallback="tag")
            by_slug = self._session.scalar(select(Tag).where(Tag.slug == slug))
            if by_slug is not None and (by_slug.key == key or by_slug.id not in self._made):
                return by_slug
        by_key = self._session.scalar(select(Tag).where(Tag.key == key))
        is_other = by_key is not None and by_key.id in self._made and source.slug
        return None if is_other else by_key

    def _make(self, source: ParsedTag, sources: dict[str, ParsedTag]) -> Tag:
        name = self._free_name(source, sources)
        slug = free_tag_slug(self._session, source.slug or source.name)
        if source.slug and slug != source.slug:
            what = _("address of the tag “%(name)s”", name=source.name)
            self._notebook.changed(what, _("“%(old)s” became “%(new)s”.", old=source.slug, new=slug))
        description = printable(source.description).strip()
        if not fits(one_line(source.name)):
            self._notebook.changed(_("tag “%(name)s”", name=name), _("Its long name begins its description."))
            description = f"{one_line(source.name)}\n\n{description}".strip()
        tag = Tag(
            name=name,
            key=name.casefold(),
            slug=slug,
            description=description[:MAX_DESCRIPTION],
            created_at=self._at,
            updated_at=self._at,
        )
        self._session.add(tag)
        changes = {"name": (None, name), "slug": (None, slug)}
        record(self._session, "tag.create", tag, by=None, at=self._at, changes=changes)
        self._made.add(tag.id)
        return tag

    def _free_name(self, source: ParsedTag, sources: dict[str, ParsedTag]) -> str:
        """Names are unique here: the parent or the kind tells two of one name apart."""
        name = shortened(source.name, MAX_NAME)
        portion = 1 if fits(name) else 3  # no letter's small form is longer than three
        name = shortened(name, MAX_NAME // portion)
        parent = sources.get(source.parent_id or "")
        kind = _("category") if source.is_category else _("tag")
        qualifiers = [f" ({one_line(parent.name)})"] if parent else []
        qualifiers = [extra for extra in qualifiers if len(extra.casefold()) < MAX_NAME // 2]
        for extra in chain(["", *qualifiers, f" ({kind})"], (f" ({kind} {number})" for number in count(2))):
            room = MAX_NAME - len(extra.casefold())
            candidate = shortened(name, room // portion) + extra
            if self._session.scalar(select(Tag.id).where(Tag.key == candidate.casefold())) is None:
                if candidate != name:
                    why = _("There is a tag of this name already: it is “%(new)s”.", new=candidate)
                    self._notebook.changed(_("tag “%(name)s”", name=name), why)
                return candidate
        raise AssertionError("numbers do not end")

    def _settle(self, source: ParsedTag) -> None:
        """Give a new tag its parent, unless that would close a circle with what was here."""
        tag = self._by_source[source.source_id]
        parent = self._by_source.get(source.parent_id or "")
        if parent is None or tag.id not in self._made or tag.parent_id is not None:
            return
        above: Tag | None = parent
        while above is not None:
            if above.id == tag.id:
                return
            above = self._session.get(Tag, above.parent_id) if above.parent_id is not None else None
        tag.parent_id = parent.id


def _is_plain(tag: ParsedTag) -> bool:
    """Whether address and name say the same: of two tags of one name, this one keeps it."""
    return not tag.slug or slugify(tag.name, fallback="tag") == tag.slug
