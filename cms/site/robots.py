"""What search engines should leave alone, and where they find the rest."""

from flask import Response

from cms.site.frame import frame
from cms.site.keeping import is_hidden
from cms.site.sitemap import INDEX_PATH
from cms.web.areas import PRIVATE


def robots() -> Response:
    """A site that is hidden asks for nothing to be read."""
    ours = [f"/{area}{end}" for area in sorted(PRIVATE) for end in ("$", "/")]
    closed = ["/"] if is_hidden() else [*ours, "/posts/*/comments", "/subscribe", "/unsubscribe"]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    if not is_hidden():
        lines += ["", f"Sitemap: {frame().absolute(INDEX_PATH)}"]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
