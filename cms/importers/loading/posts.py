"""Posts and pages: their rows and addresses first, then their texts, which may link to one another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from cms.audit.actions import record
from cms.core.errors import Conflict
from cms.core.i18n import _
from cms.core.markdown import render_article
from cms.core.text import printable
from cms.importers.html.text import escape_text
from cms.importers.lines import one_line
from cms.importers.loading.addresses import Addresses
from cms.importers.loading.files import Files
from cms.importers.loading.known import known
from cms.importers.loading.order import parents_first, standing
from cms.importers.loading.people import People
from cms.importers.loading.series import Places
from cms.importers.loading.tags import Tags
from cms.importers.loading.texts import origin_of, shortened, web_address
from cms.importers.parsed import ItemKind, ItemStatus, Notebook, ParsedItem, ParsedSite
from cms.importers.report import Report
from cms.importers.words import lost_words, visible_words
from cms.media.models import Media
from cms.posts.actions.editing import write_revision
from cms.posts.actions.editions import make_live
from cms.posts.fields import LINES, MAX_BODY, MAX_TAGS, is_language
from cms.posts.lifecycle import ARCHIVED, DRAFT, IN_REVIEW, PUBLISHED
from cms.posts.models import Edition, Post, PostKind, Revision, RevisionKind
from cms.posts.slugs import free_slug, path_at, path_of
from cms.redirects.actions import remember
from cms.redirects.paths import LONGEST, normal


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an item is here; `is_new` tells those of this import from those of an earlier one."""

    post_id: int
    path: str
    is_new: bool


class Posts:
    """Writes the posts of an import, and remembers where each went."""

    def __init__(
        self, session: Session, report: Report, people: People, tags: Tags, files: Files, *, at: datetime
    ) -> None:
        self._session = session
        self._report = report
        self._people = people
        self._tags = tags
        self._files = files
        self._places = Places(session, report, at=at)
        self._at = at
        self.placed: dict[str, Placed] = {}
        self._notebooks: dict[str, Notebook] = {}

    def place(self, site: ParsedSite) -> None:
        """Give every item its row and address; those of an earlier import stay as they are."""
        here = self._here(site)
        for item, parent_id in parents_first(site.items):
            origin = self._origin(site, item)
            if origin in here:
                self._report.known["pages" if item.kind is ItemKind.PAGE else "posts"] += 1
                self.placed[item.source_id] = here[origin]
            else:
                self._place(site, item, self.placed.get(parent_id or ""), wanted_parent=parent_id)

    def _here(self, site: ParsedSite) -> dict[str, Placed]:
        """What an earlier import brought, where it is now: somebody may have moved it since."""
        query = select(Post.origin, Post.id, Post.kind, Post.slug)
        origins = (self._origin(site, item) for item in site.items)
        here = {}
        for origin, post_id, kind, slug in known(self._session, query, Post.origin, origins):
            path = path_of(kind, slug) if kind is PostKind.POST else path_at(self._session, post_id, self._at)
            here[origin] = Placed(post_id, path or "", is_new=False)
        return here

    def write(self, site: ParsedSite, item: ParsedItem, addresses: Addresses) -> None:
        """The text, its first version, and what visitors see of it."""
        placed = self.placed[item.source_id]
        if not placed.is_new:
            if site.is_told_by_names:
                self._compare(item, placed, addresses)
            return
        notebook = self._notebooks.pop(item.source_id)
        query = select(Post).where(Post.id == placed.post_id).options(selectinload(Post.tags))
        post = self._session.scalars(query).one()
        post.body = self._body(item, addresses, notebook)
        self._stand(post, item, notebook)
        self._write_version(site, item, post)
        edition = self._publish(post, item, notebook)
        self._prove(item, post, edition, notebook)
        changes: dict[str, tuple[Any, Any]] = {"origin": (None, post.origin), "comments": (0, len(item.comments))}
        record(self._session, f"{post.kind}.import", post, by=None, at=self._at, changes=changes)
        if edition is not None:
            self._redirect(item, post, edition)
        self._count(post, item)
        self._report.note_all(item.notes)
        self._report.take(notebook)
        self._session.flush()

    def _compare(self, item: ParsedItem, placed: Placed, addresses: Addresses) -> None:
        """Another site's file of the same name must not be taken for this one without a word."""
        came = select(Revision.snapshot).where(Revision.post_id == placed.post_id, Revision.kind == RevisionKind.IMPORT)
        was = self._session.scalar(came.order_by(Revision.number).limit(1))
        text = {"title": _title(item), "body": self._body(item, addresses, Notebook())}
        if was is not None and not text.items() <= was.items():
            notebook = Notebook(item.label)
            notebook.problem(
                _("here already as “%(title)s”, with another text", title=was["title"]),
                _("It was left alone. If this file is of another site, bring it in with --site and a name for that."),
            )
            self._report.take(notebook)

    def _write_version(self, site: ParsedSite, item: ParsedItem, post: Post) -> None:
        written_at = min(item.modified_at or item.published_at or self._at, self._at)
        author = self._people.author(item.author)
        note = _("Imported from %(place)s", place=site.place)[:500]
        write_revision(self._session, post, by=author, at=written_at, kind=RevisionKind.IMPORT, note=note)

    def _place(self, site: ParsedSite, item: ParsedItem, parent: Placed | None, *, wanted_parent: str | None) -> None:
        notebook = Notebook(item.label)
        if wanted_parent != item.parent_source_id:
            notebook.changed(_("parent page"), _("It is not in the export: the page is at the top."))
        featured = self._files.get(item.featured)
        series_id, series_position = self._places.of(item, notebook)
        created = min(item.created_at or item.published_at or self._at, self._at)
        post = Post(
            kind=PostKind(item.kind.value),
            parent_id=parent.post_id if parent is not None else None,
            title=_title(item),
            slug="",
            summary=self._short(item.summary, "summary", notebook),
            author_id=self._people.author(item.author).id,
            featured_media_id=featured.id if featured is not None else None,
            featured_alt=self._featured_alt(item, featured),
            language=self._language(item, notebook),
            seo_title=shortened(item.seo_title, LINES["seo_title"]),
            seo_description=shortened(item.seo_description, LINES["seo_description"]),
            canonical_url=web_address(item.canonical_url, LINES["canonical_url"]),
            noindex=item.noindex,
            show_contents=item.show_contents,
            comments_open=item.comments_open,
            position=item.position,
            series_id=series_id,
            series_position=series_position,
            tags=self._tags.of(item.tags),
            origin=self._origin(site, item),
            created_at=created,
            updated_at=min(item.modified_at or created, self._at),
        )
        post.slug = self._slug(post, item, notebook)
        self._session.add(post)
        self._session.flush()
        self._check_rest(item, post, notebook)
        self._notebooks[item.source_id] = notebook
        self.placed[item.source_id] = Placed(post.id, self._path(post, parent), is_new=True)

    def _featured_alt(self, item: ParsedItem, featured: Media | None) -> str:
        if featured is None:
            return ""
        return shortened(item.featured_alt, LINES["featured_alt"]) or featured.alt

    def _language(self, item: ParsedItem, notebook: Notebook) -> str | None:
        tag = one_line(item.language or "").replace("_", "-")
        if tag and not is_language(tag):
            notebook.problem(_("language “%(tag)s”", tag=tag[:40]), _("It is not one: the post has the site’s."))
            return None
        return tag or None

    def _slug(self, post: Post, item: ParsedItem, notebook: Notebook) -> str:
        with self._session.no_autoflush:
            slug = free_slug(self._session, post, item.slug or item.title, below=post.parent_id, at=self._at)
        if item.slug and slug != item.slug.casefold():
            notebook.changed(_("address “%(old)s”", old=item.slug), _("It is “%(new)s” here.", new=slug))
        return slug

    def _short(self, text: str, field: str, notebook: Notebook) -> str:
        short = shortened(text, LINES[field])
        if short != one_line(text):
            notebook.changed(_("summary: %(text)s", text=one_line(text)), _("It was too long and was shortened."))
        return short

    def _check_rest(self, item: ParsedItem, post: Post, notebook: Notebook) -> None:
        if len(post.tags) > MAX_TAGS:
            notebook.problem(
                _("%(times)s tags", times=len(post.tags)),
                _("All were kept; the next save in the editor allows %(most)s.", most=MAX_TAGS),
            )
        if item.featured and post.featured_media_id is None:
            notebook.problem(_("featured image"), _("Its file did not come."))

    def _body(self, item: ParsedItem, addresses: Addresses, notebook: Notebook) -> str:
        files = {name: self._files.address(key) for name, key in item.files.items()}
        body = addresses.renewed(printable(item.body), files)
        if len(one_line(item.title)) > LINES["title"]:
            notebook.changed(_("title"), _("It was too long: the whole of it begins the text."))
            body = f"**{escape_text(one_line(item.title))}**\n\n{body}"
        if len(body) > MAX_BODY:
            notebook.problem(
                _("%(times)s characters", times=len(body)),
                _("All were kept; the next save in the editor allows %(most)s.", most=MAX_BODY),
            )
        return body

    def _stand(self, post: Post, item: ParsedItem, notebook: Notebook) -> None:
        """Its status, and since when: a scheduled post whose time has come is published."""
        post.status, post.published_at = standing(item, self._at)
        if item.status is ItemStatus.TRASHED:
            post.trashed_at = self._at
        if item.status is ItemStatus.SCHEDULED and post.published_at is None:
            notebook.problem(_("scheduled"), _("For no date: it is a draft."))
        elif item.status is ItemStatus.SCHEDULED and post.published_at is not None and post.published_at <= self._at:
            notebook.changed(_("scheduled"), _("Its time has come: it is published."))

    def _publish(self, post: Post, item: ParsedItem, notebook: Notebook) -> Edition | None:
        if post.status is not PUBLISHED:
            return None
        begins, ends = post.published_at or self._at, item.live_until
        until = ends if ends is not None and ends > begins else None
        try:
            edition = make_live(self._session, post, by=None, at=self._at, live_from=begins, live_until=until)
        except Conflict as refusal:
            post.status, post.published_at = DRAFT, None
            notebook.problem(_("published"), _("It is a draft: %(why)s", why=refusal.message))
            return None
        if item.modified_at is not None and edition.live_from < item.modified_at <= self._at:
            edition.updated_at = item.modified_at
        return edition

    def _prove(self, item: ParsedItem, post: Post, edition: Edition | None, notebook: Notebook) -> None:
        """Compare the words of the old page with those of the new one: the promise is that none is missing."""
        if not item.words:
            return
        shown = edition.body_html if edition is not None else render_article(post.body).html
        lost = lost_words(item.words, visible_words(shown))
        if lost:
            notebook.problem(_("words: %(words)s", words=", ".join(lost[:20])), _("They are not shown any more."))

    def _redirect(self, item: ParsedItem, post: Post, edition: Edition) -> None:
        for old in item.old_paths:
            path = normal(printable(old))
            if path != normal(edition.path) and len(path) <= LONGEST and " " not in path:
                remember(self._session, path, post_id=post.id, by=None, at=self._at)
                self._report.came["redirects"] += 1

    def _count(self, post: Post, item: ParsedItem) -> None:
        came = self._report.came
        came["pages" if post.kind is PostKind.PAGE else "posts"] += 1
        if post.kind is PostKind.PAGE:
            return
        if item.password_protected:
            came["protected"] += 1
        elif post.trashed_at is not None:
            came["trashed"] += 1
        elif post.status is PUBLISHED and post.published_at is not None and post.published_at > self._at:
            came["scheduled"] += 1
        else:
            came[{PUBLISHED: "published", IN_REVIEW: "in_review", ARCHIVED: "archived"}.get(post.status, "drafts")] += 1

    def _path(self, post: Post, parent: Placed | None) -> str:
        return path_of(post.kind, post.slug, parent.path if parent is not None else None)

    def _origin(self, site: ParsedSite, item: ParsedItem) -> str:
        return origin_of(site.origin, item.source_id)


def _title(item: ParsedItem) -> str:
    return shortened(item.title, LINES["title"]) or _("Untitled")
