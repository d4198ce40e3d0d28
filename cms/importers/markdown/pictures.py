"""The pictures that a Markdown file shows: found beside it, or named in the report."""

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cms.core.i18n import _
from cms.importers.markdown.front_matter import Head
from cms.importers.parsed import Notebook, ParsedAttachment
from cms.importers.pieces import pieces

IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\(\s*<?(?P<src>[^\s)>]+)")
TAG = re.compile(r"<(?:img|source|video|audio)\b[^<>]*?\bsrc\s*=\s*[\"']?(?P<src>[^\"'\s>]+)[^<>]*>", re.IGNORECASE)
FRAME = re.compile(
    r"<iframe\b[^<>]*?\bsrc\s*=\s*[\"']?(?P<src>[^\"'\s>]+)[^<>]*>.*?</iframe\s*>", re.IGNORECASE | re.DOTALL
)
#: A file of the folder that `export` wrote, wherever a text may refer to one.
EXPORTED = re.compile(
    r"(?:\]\(\s*<?|\]:[ \t]*|\b(?:src|href|poster)=\")(?P<src>(?:\.\./)+media/[^\s<>()\"]+)", re.IGNORECASE
)
SCRIPT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)


class Pictures:
    """Looks only below the folder of the file, the site it belongs to, and the folder that was named for media."""

    def __init__(self, path: Path, media: Path | None, notebook: Notebook) -> None:
        here = path.absolute().parent
        self._here = here
        self._roots = [root.resolve() for root in ([media] if media else []) + [here, _site_of(here)]]
        self._notebook = notebook
        self.found: dict[str, ParsedAttachment] = {}
        #: As it is written in the text → which file that is.
        self.meant: dict[str, str] = {}

    def look_into(self, body: str) -> str:
        """Note what is missing and take in what is there; frames of other sites become links."""
        return "".join(part if is_code else self._looked(part) for is_code, part in pieces(body))

    def note_exported(self, body: str) -> None:
        """Take in what the text refers to, and leave the text as it is."""
        for is_code, part in pieces(body):
            if not is_code:
                alts = {found["src"]: found["alt"] for found in IMAGE.finditer(part)}
                for found in EXPORTED.finditer(part):
                    self._take(found["src"], alts.get(found["src"], ""))

    def featured(self, head: Head) -> tuple[str | None, str]:
        """The picture of the post itself, if it is there, and what it shows."""
        source = (
            head.text("image", "featured_image", "cover", "thumbnail", "banner", "feature")
            or head.part("image", "path", "src", "feature", "teaser")
            or head.part("cover", "image", "src")
            or head.part("header", "image", "teaser", "overlay_image")
        )
        if not source:
            return None, ""
        alt = head.part("image", "alt") or head.part("cover", "alt") or head.text("image_alt", "alt")
        return self._take(source, alt), alt

    def _looked(self, part: str) -> str:
        for found in IMAGE.finditer(part):
            self._take(found["src"], found["alt"])
        for found in TAG.finditer(part):
            self._take(found["src"], "")
        part, frames = FRAME.subn(self._framed, part)
        part = re.sub(r"\n{3,}", "\n\n", part) if frames else part
        part, scripts = SCRIPT.subn("", part)
        if scripts:
            self._notebook.left_out(_("a script or a style sheet"), _("Posts hold no code that runs."))
        return part

    def _framed(self, found: re.Match[str]) -> str:
        self._notebook.changed(_("a frame of another site"), _("Nothing is loaded from other sites: it became a link."))
        address = f"https:{found['src']}" if found["src"].startswith("//") else found["src"]
        return f"\n\n<{address}>\n\n" if address.startswith(("http://", "https://")) else ""

    def _take(self, source: str, alt: str) -> str | None:
        try:
            parts = urlsplit(source)
        except ValueError:
            parts = None
        if parts is None or parts.scheme or parts.netloc:
            self._notebook.problem(
                _("image %(name)s", name=source[:120]), _("It lies on another site and is not fetched.")
            )
            return None
        path = self._find(unquote(parts.path))
        if path is None:
            self._notebook.problem(_("image %(name)s", name=source[:120]), _("It was not found beside the file."))
            return None
        try:
            key = _key(path)
        except OSError as error:
            self._notebook.problem(_("image %(name)s", name=source[:120]), error.strerror or str(error))
            return None
        self.found.setdefault(key, ParsedAttachment(source_id=key, url="", alt=alt, path=path))
        self.meant[source] = key
        return key

    def _find(self, name: str) -> Path | None:
        if not name or "\0" in name:
            return None
        beside = [] if name.startswith("/") else [self._here]
        for start in [*self._roots, *beside]:
            try:
                path = (start / name.lstrip("/")).resolve()
                if any(map(path.is_relative_to, self._roots)) and path.is_file():
                    return path
            except OSError:  # a name longer than the file system takes
                continue
        return None


def _site_of(here: Path) -> Path:
    """Pages may lie one below the other, posts lie in one folder."""
    if here.name in ("_posts", "_drafts", "posts", "content"):
        return here.parent
    return next((folder.parent for folder in (here, *here.parents) if folder.name == "pages"), here)


def _key(path: Path) -> str:
    """By what is in it: another folder, or another day, may have another file of the same name."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
