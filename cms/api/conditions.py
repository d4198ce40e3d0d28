"""ETags and If-Match: nobody overwrites what they have not seen.

A tag is a version and a digest of the answer. If-None-Match compares all of it; If-Match the version alone, as the
same version may have been asked for with other fields, or compressed on the way.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, request

from cms.api.parsing import json_sent
from cms.core.errors import Stale, Unseen
from cms.core.i18n import _


def tag(response: Response, version: str = "") -> Response:
    """Name what is answered, and say no more where the asker has it already."""
    digest = hashlib.sha256(response.get_data()).hexdigest()[:16]
    response.set_etag(f"{version}-{digest}" if version else digest)
    if request.method in ("GET", "HEAD"):
        response.make_conditional(request)
    return response


def version_of(moment: datetime | None) -> str:
    """For what has no number but a time of its last change."""
    return f"t{int(moment.timestamp() * 1_000_000):x}" if moment is not None else "t0"


def seen() -> set[str] | None:
    """The versions that the asker had before them; None where any is as good."""
    if not request.headers.get("If-Match"):
        raise Unseen(_("Say which version you change: send its ETag as “If-Match”."))
    tags = request.if_match
    if tags.star_tag:
        return None
    return {(name or "").partition("-")[0] for name in tags.as_set(include_weak=True)}  # None for an empty tag


def require_seen(version: str, now: Callable[[], Any], *, optional: bool = False) -> None:
    """Refuse where it is another version by now, with both of them."""
    if optional and "If-Match" not in request.headers:
        return
    versions = seen()
    if versions is not None and version not in versions:
        raise stale({"current": now(), "yours": json_sent()})


def stale(told: dict[str, Any]) -> Stale:
    return Stale(
        _("Somebody else changed this since you read it. Compare, and send yours again if it should stand."), told
    )
