"""The editable fields of a post: what a form may change, a revision keeps, and a conflict compares."""

import re
from collections.abc import Iterable
from typing import Any

from cms.core.errors import Faults, Invalid
from cms.core.i18n import N_, _
from cms.core.sanitize_urls import is_web
from cms.core.text import clean_line, clean_text
from cms.posts.models import Post
from cms.taxonomy.fields import MAX_NAME, fits

#: Field → longest value, for those that are one line of text.
LINES = {
    "title": 200,
    "slug": 80,
    "summary": 500,
    "featured_alt": 500,
    "seo_title": 200,
    "seo_description": 500,
    "canonical_url": 500,
}
MAX_BODY = 1_000_000
MAX_TAGS = 30
#: The highest number of a part; the numbers of a series may have gaps.
MAX_PART = 9_999
MAX_LANGUAGE = 12
_LANGUAGE = re.compile("[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
SEO = frozenset({"seo_title", "seo_description", "canonical_url", "noindex"})

LABELS = {
    "title": N_("Title"),
    "slug": N_("Address"),
    "summary": N_("Summary"),
    "body": N_("Text"),
    "author_id": N_("Author"),
    "parent_id": N_("Parent page"),
    "tags": N_("Tags"),
    "featured_media_id": N_("Featured image"),
    "featured_alt": N_("Description of the featured image"),
    "language": N_("Language"),
    "seo_title": N_("Title for search engines"),
    "seo_description": N_("Description for search engines"),
    "canonical_url": N_("Canonical address"),
    "noindex": N_("Hide from search engines"),
    "show_contents": N_("Table of contents"),
    "comments_open": N_("Comments are open"),
    "position": N_("Position"),
    "series_id": N_("Series"),
    "series_position": N_("Part number"),
}

EDITABLE = tuple(LABELS)


def snapshot(post: Post) -> dict[str, Any]:
    """Every editable field as JSON; tags by name, so that a deleted tag can be read in an old version."""
    values = {field: getattr(post, field) for field in EDITABLE if field != "tags"}
    return values | {"tags": sorted(tag.name for tag in post.tags)}


def checked(changes: dict[str, Any], *, tags: Iterable[str] = ()) -> dict[str, Any]:
    """The same changes, normalised; raises Invalid with a sentence for every field at fault.

    `tags` are those that the post has: an import may have brought more than a person may add.
    """
    clean: dict[str, Any] = {}
    faults = Faults()
    for field, value in changes.items():
        if field not in LABELS:
            raise ValueError(f"{field} is not an editable field of a post")
        with faults.of(field):
            clean[field] = _checked_tags(value, tags) if field == "tags" else _checked_value(field, value)
    faults.refuse()
    return clean


def _checked_value(field: str, value: Any) -> Any:
    if field in LINES:
        return _checked_line(field, value or "")
    if field == "body":
        text = clean_text(value or "")
        if len(text) > MAX_BODY:
            raise Invalid(_("At most %(most)s characters fit here.", most=MAX_BODY))
        return text
    if field == "language":
        return _checked_language(value or "")
    if field == "series_position" and value is not None and not 1 <= value <= MAX_PART:
        raise Invalid(_("This must be a number from 1 to %(most)s.", most=MAX_PART))
    return value


def _checked_line(field: str, value: str) -> str:
    line = clean_line(value)
    if field == "title" and not line:
        raise Invalid(_("A title is needed."))
    if len(line) > LINES[field]:
        raise Invalid(_("At most %(most)s characters fit here; this has %(has)s.", most=LINES[field], has=len(line)))
    if field == "canonical_url" and line and not is_web(line):
        raise Invalid(_("This must be a whole address that begins with https://."))
    return line


def _checked_language(value: str) -> str | None:
    tag = clean_line(value)
    if tag and not is_language(tag):
        raise Invalid(_("This must be the code of a language, such as “de” or “pt-BR”."))
    return tag or None


def is_language(tag: str) -> bool:
    """Whether it has the form of a language tag (RFC 5646) that fits its column; it is printed as `lang`."""
    return len(tag) <= MAX_LANGUAGE and _LANGUAGE.fullmatch(tag) is not None


def _checked_tags(names: list[str], had: Iterable[str]) -> list[str]:
    unique: dict[str, str] = {}
    for name in names:
        line = clean_line(name)
        if not fits(line):
            raise Invalid(_("A tag has at most %(most)s characters.", most=MAX_NAME))
        if line:
            unique.setdefault(line.casefold(), line)
    if len(unique) > MAX_TAGS and not unique.keys() <= {name.casefold() for name in had}:
        raise Invalid(_("A post has at most %(most)s tags.", most=MAX_TAGS))
    return list(unique.values())
