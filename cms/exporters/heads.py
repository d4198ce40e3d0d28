"""The head of a file, in YAML that every reader of front matter takes for the same."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from cms.exporters.versions import SCHEDULED, Version
from cms.importers.markdown.front_matter import OURS
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import PostKind

#: What is no character of YAML, or breaks a line in it.
_ODD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
#: Programs that know no other status take everything for public that is no draft.
_PUBLIC = (PUBLISHED, SCHEDULED)


def document(values: dict[str, Any], body: str) -> str:
    """A whole file. Values are written as JSON, which YAML reads: quotation marks leave nothing to be guessed."""
    lines = ["---", OURS, *(f"{key}: {_written(value)}" for key, value in values.items()), "---"]
    return "\n".join(lines) + f"\n\n{body}\n"


def values_of(
    version: Version,
    *,
    zone: tzinfo,
    author: dict[str, str] | None,
    tag_paths: list[list[str]],
    series: str | None,
    image: str | None,
    old_paths: list[str],
) -> dict[str, Any]:
    """What the head says, without what says nothing."""
    fields = version.fields
    told = {
        "id": version.id,
        "type": version.kind.value,
        "title": fields["title"],
        "slug": fields["slug"],
        "address": version.address,
        "parent": _above(version),
        "status": str(version.status),
        "draft": version.status not in _PUBLIC or None,
        **dict(_times(version, zone)),
        "author": author,
        "tags": fields["tags"],
        "tag_paths": tag_paths,
        "series": series,
        "series_part": fields["series_position"] if series else None,
        "summary": fields["summary"],
        "image": {"path": image, "alt": fields["featured_alt"] or ""} if image else None,
        "seo_title": fields["seo_title"],
        "seo_description": fields["seo_description"],
        "canonical_url": fields["canonical_url"],
        "noindex": True if fields["noindex"] else None,
        "lang": fields["language"],
        "comments": bool(fields["comments_open"]),
        "toc": True if fields["show_contents"] else None,
        "weight": fields["position"] or None,
        "redirect_from": old_paths,
    }
    return {key: value for key, value in told.items() if value not in (None, "", [])}


def _above(version: Version) -> str | None:
    above = version.address.rpartition("/")[0]
    return above if version.kind is PostKind.PAGE and above else None


def _times(version: Version, zone: tzinfo) -> Iterator[tuple[str, str]]:
    times: list[tuple[str, datetime | None]] = [
        ("date", version.published_at),
        ("created", version.created_at),
        ("updated", version.updated_at),
        ("expires", version.expires_at),
    ]
    for name, moment in times:
        if moment is not None:
            yield name, moment.astimezone(zone).isoformat()


def _written(value: Any) -> str:
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
