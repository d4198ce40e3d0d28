"""One record of a WordPress export as a post or a page: dates, status, author, tags and comments."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, urlsplit

from cms.core.i18n import _
from cms.importers.html.remarks import to_remark
from cms.importers.lines import label, plain_line, title_from
from cms.importers.moments import in_utc, utc
from cms.importers.parsed import (
    ItemKind,
    ItemStatus,
    Notebook,
    ParsedComment,
    ParsedCommentKind,
    ParsedCommentStatus,
    ParsedItem,
    sound_parents,
)
from cms.importers.wordpress.body import Context, to_body
from cms.importers.wordpress.words import words_of_source
from cms.importers.wordpress.wxr import Record

STATUSES = {
    "publish": ItemStatus.PUBLISHED,
    "future": ItemStatus.SCHEDULED,
    "pending": ItemStatus.IN_REVIEW,
    "draft": ItemStatus.DRAFT,
    "private": ItemStatus.DRAFT,
    "trash": ItemStatus.TRASHED,
}
COMMENT_STATUSES = {
    "1": ParsedCommentStatus.APPROVED,
    "approve": ParsedCommentStatus.APPROVED,
    "approved": ParsedCommentStatus.APPROVED,
    "spam": ParsedCommentStatus.SPAM,
    "trash": ParsedCommentStatus.TRASHED,
    "post-trashed": ParsedCommentStatus.TRASHED,
}
COMMENT_KINDS = {
    "": ParsedCommentKind.COMMENT,
    "comment": ParsedCommentKind.COMMENT,
    "review": ParsedCommentKind.COMMENT,
    "pingback": ParsedCommentKind.PINGBACK,
    "trackback": ParsedCommentKind.TRACKBACK,
    "webmention": ParsedCommentKind.PINGBACK,
}
#: Fields that WordPress and its best-known plugins keep beside a post, and what they are here.
KNOWN_META = re.compile(r"_.*|enclosure|footnotes|inline_featured_image|classic-editor-remember")
SEO_TITLES = ("_yoast_wpseo_title", "rank_math_title", "_aioseo_title")
SEO_DESCRIPTIONS = ("_yoast_wpseo_metadesc", "rank_math_description", "_aioseo_description")


def login_of(text: str) -> str:
    """A user name as WordPress allows them: real exports hold stray characters around it."""
    return re.sub(r"[^\w .@-]", "", text).strip().casefold()


def parse_item(record: Record, *, source_id: str, context: Context, tags: tuple[str, ...]) -> ParsedItem:
    """The whole post with its notes."""
    title, had_markup = plain_line(record.get("title"))
    kind = ItemKind.PAGE if record.get("wp:post_type") == "page" else ItemKind.POST
    name = label(kind, title, source_id)
    notebook = Notebook(name)
    source = record.get("content:encoded")
    body = to_body(
        source, item_id=source_id, context=context, notebook=notebook, footnote_meta=record.meta.get("footnotes", "")
    )
    if had_markup:
        notebook.changed(_("markup in the title"), _("Titles are plain text."))
    published_at = _moment(record, notebook)
    status, is_protected = _status(record, notebook)
    _note_rest(record, notebook)
    comments = _comments(record, source_id, notebook)
    parent = record.get("wp:post_parent").strip()
    return ParsedItem(
        source_id=source_id,
        kind=kind,
        title=title or title_from(source, notebook),
        slug=unquote(record.get("wp:post_name")).strip(),
        status=status,
        published_at=published_at,
        modified_at=utc(record.get("wp:post_modified_gmt")),
        author=_author(record, notebook),
        summary=plain_line(record.get("excerpt:encoded"))[0],
        body=body,
        tags=tags,
        parent_source_id=parent if kind is ItemKind.PAGE and parent not in ("", "0") else None,
        label=name,
        position=_whole(record.get("wp:menu_order")),
        comments_open=record.get("wp:comment_status").strip() == "open",
        password_protected=is_protected,
        featured=record.meta.get("_thumbnail_id", "").strip() or None,
        seo_title=_seo(record, SEO_TITLES),
        seo_description=_seo(record, SEO_DESCRIPTIONS),
        canonical_url=record.meta.get("_yoast_wpseo_canonical", "").strip(),
        old_paths=_old_paths(record),
        comments=comments,
        notes=notebook.notes(),
        words=words_of_source(source),
    )


def _old_paths(record: Record) -> tuple[str, ...]:
    """Its permalink and those it had under earlier slugs; `/?p=12` is the home page to whoever reads paths alone."""
    try:
        parts = urlsplit(record.get("link").strip())
    except ValueError:
        return ()
    path = re.sub(r"/{2,}", "/", unquote(parts.path))
    if parts.query or path in ("", "/"):
        return ()
    above = path.rstrip("/").rpartition("/")[0]
    earlier = (f"{above}/{unquote(slug).strip('/')}/" for slug in record.old_slugs)
    return tuple(dict.fromkeys((path, *earlier)))


def _status(record: Record, notebook: Notebook) -> tuple[ItemStatus, bool]:
    name = record.get("wp:status").strip()
    status = STATUSES.get(name, ItemStatus.DRAFT)
    if record.get("wp:post_password"):
        notebook.changed(_("protected by a password"), _("It is a draft here: nothing protected becomes public."))
        return (ItemStatus.TRASHED if status is ItemStatus.TRASHED else ItemStatus.DRAFT), True
    if name == "private":
        notebook.changed(_("private"), _("It is a draft here: only people who may edit it see it."))
    elif name not in STATUSES:
        notebook.changed(_("status “%(name)s”", name=name), _("Not known here: it is a draft."))
    return status, False


def _moment(record: Record, notebook: Notebook) -> datetime | None:
    """When it was published: the export's UTC, else the feed's date, else the clock on its wall."""
    moment = utc(record.get("wp:post_date_gmt"))
    if moment is None:
        moment = _feed_date(record.get("pubDate"))
    if moment is None:
        moment = utc(record.get("wp:post_date"))
    if moment is None and record.get("wp:status") in ("publish", "future"):
        notebook.problem(_("no usable date"), _("“%(date)s” is not one.", date=record.get("wp:post_date")[:40]))
    return moment


def _feed_date(text: str) -> datetime | None:
    if re.search(r"\s-\d{4}\s", text):  # WordPress dates a draft without a date to the year -1
        return None
    try:
        moment = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return in_utc(moment)


def _author(record: Record, notebook: Notebook) -> str:
    written = record.get("dc:creator").strip()
    login = login_of(written)
    if written.casefold() != login:
        notebook.changed(_("author “%(name)s”", name=written[:60]), _("Read as “%(name)s”.", name=login))
    return login


def _seo(record: Record, keys: tuple[str, ...]) -> str:
    """Templates such as `%%title%%` mean nothing outside their plugin."""
    value = next((record.meta[key] for key in keys if record.meta.get(key)), "")
    return "" if "%" in value or "#" in value else plain_line(value)[0]


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,6}", text.strip()) else 0


def _note_rest(record: Record, notebook: Notebook) -> None:
    if record.get("wp:is_sticky").strip() == "1":
        notebook.changed(_("pinned to the top"), _("Lists here are in the order of their dates."))
    for domain, _slug, name in record.terms:
        if domain == "post_format":
            notebook.changed(_("post format “%(name)s”", name=name), _("Posts here have one form."))
        elif domain not in ("category", "post_tag", "nav_menu"):
            notebook.left_out(_("“%(name)s” of %(domain)s", name=name, domain=domain), _("A plugin's way of sorting."))
    custom = sorted(key for key in record.meta if key and not KNOWN_META.fullmatch(key))
    if custom:
        notebook.left_out(_("custom fields: %(names)s", names=", ".join(custom)), _("Posts here have no such fields."))


def _comments(record: Record, item_id: str, notebook: Notebook) -> tuple[ParsedComment, ...]:
    parts: dict[str, dict[str, str]] = {}
    for number, part in enumerate(record.comments):
        key = part.get("wp:comment_id", "").strip() or f"{item_id}-{number}"
        if part.get("wp:comment_type", "").strip() not in COMMENT_KINDS:
            kind = part.get("wp:comment_type", "")
            notebook.left_out(_("a comment of kind “%(kind)s”", kind=kind), _("A plugin's own records."))
        elif key in parts:
            parts[f"{key}-{number}"] = part
            notebook.problem(_("comment %(number)s", number=key), _("Two comments have this number: both were kept."))
        else:
            parts[key] = part
    wanted = {key: _parent(part) for key, part in parts.items()}
    parents = sound_parents(wanted)
    for key, parent in wanted.items():
        if parent != parents[key]:
            notebook.changed(
                _("comment %(number)s", number=key), _("It answers a comment that is not there: it begins a thread.")
            )
    return tuple(_comment(key, part, parents[key], notebook) for key, part in parts.items())


def _parent(part: dict[str, str]) -> str | None:
    parent = part.get("wp:comment_parent", "").strip()
    return parent if parent not in ("", "0") else None


def _comment(key: str, part: dict[str, str], parent: str | None, notebook: Notebook) -> ParsedComment:
    created_at = utc(part.get("wp:comment_date_gmt", "")) or utc(part.get("wp:comment_date", ""))
    if created_at is None:
        notebook.problem(
            _("comment %(number)s", number=key), _("It has no usable date: it takes the date of the post.")
        )
    return ParsedComment(
        source_id=key,
        parent_source_id=parent,
        name=plain_line(part.get("wp:comment_author", ""))[0],
        email=part.get("wp:comment_author_email", "").strip(),
        url=part.get("wp:comment_author_url", "").strip(),
        ip=part.get("wp:comment_author_IP", "").strip(),
        body=to_remark(part.get("wp:comment_content", "")),
        status=COMMENT_STATUSES.get(part.get("wp:comment_approved", "").strip(), ParsedCommentStatus.PENDING),
        created_at=created_at,
        kind=COMMENT_KINDS[part.get("wp:comment_type", "").strip()],
        by_member=part.get("wp:comment_user_id", "").strip() not in ("", "0"),
    )
