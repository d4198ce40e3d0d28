"""The block editor's comments: most only frame HTML that is there, some hold what the HTML lacks, some hold nothing."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment

from cms.core.i18n import _
from cms.importers.html.tree import tree
from cms.importers.library import link_html
from cms.importers.parsed import Notebook

DELIMITER = re.compile(
    r"\s*(?P<close>/)?wp:(?P<name>[a-z][\w-]*(?:/[a-z][\w-]*)?)\s*(?P<attributes>\{.*\})?\s*(?P<void>/)?\s*", re.DOTALL
)
HAS_BLOCKS = re.compile(r"<!--\s+wp:")
REUSED = re.compile(r'<!--\s+wp:(?:core/)?block\s+\{[^}]*"ref":\s*(\d+)[^}]*\}\s*/?-->')
MORE = re.compile(r"\s*(more|nextpage|noteaser)\b(.*)", re.DOTALL)
REUSE_DEPTH = 3

#: Their HTML says everything.
FRAMES = frozenset(
    (
        "paragraph heading list list-item quote pullquote code preformatted verse table image gallery audio video "
        "file button separator embed html shortcode freeform details more nextpage missing footnotes classic "
        "block social-links"
    ).split()
)
#: They place their content; the content stays, one below the other.
LAYOUTS = frozenset("columns column group cover media-text buttons spacer accordion".split())
#: WordPress fills them when it shows the page; they hold no text.
FILLED = frozenset(
    (
        "archives calendar categories latest-comments latest-posts page-list rss search tag-cloud loginout "
        "navigation site-logo site-title site-tagline query query-title query-no-results query-pagination "
        "query-pagination-next query-pagination-numbers query-pagination-previous post-template post-title post-date "
        "post-excerpt post-content post-featured-image post-author post-author-name post-author-biography post-terms "
        "post-navigation-link post-comments-form post-comments post-comments-count post-comments-link read-more "
        "avatar term-description comments comments-title comment-template comment-author-name comment-author-avatar "
        "comment-date comment-edit-link comment-content comment-reply-link comments-pagination "
        "comments-pagination-next comments-pagination-numbers comments-pagination-previous template-part pattern "
        "home-link legacy-widget widget-group social-link navigation-link navigation-submenu"
    ).split()
)
SPEAKING_KEYS = re.compile(
    r"(?:^|_)(?:title|heading|text|content|caption|label|description|quote|question|answer|name)$"
)


def has_blocks(source: str) -> bool:
    return HAS_BLOCKS.search(source) is not None


def with_reused(source: str, reusable: Mapping[str, str], depth: int = REUSE_DEPTH) -> str:
    """Put the text of reusable blocks where they are referred to; one that refers to itself ends after three rounds."""
    if depth == 0 or REUSED.search(source) is None:
        return source
    return with_reused(REUSED.sub(lambda found: reusable.get(found[1], found[0]), source), reusable, depth - 1)


def unframe(soup: BeautifulSoup, notebook: Notebook) -> None:
    """Take the comments away, put in what they alone hold, and note what is lost with them."""
    layouts: Counter[str] = Counter()
    filled: Counter[str] = Counter()
    for comment in [node for node in soup.descendants if isinstance(node, Comment)]:
        found = DELIMITER.fullmatch(comment)
        if found is None:
            _mark(soup, comment, notebook)
        elif not found["close"]:
            name = found["name"].removeprefix("core/").partition("core-embed/")
            block = "embed" if name[1] else name[0]
            layouts[block] += block in LAYOUTS
            filled[block] += block in FILLED
            filled[block] -= _unframed(soup, comment, block, _attributes(found), notebook, is_void=bool(found["void"]))
        comment.extract()
    if +layouts:
        notebook.changed(
            _("layout blocks: %(names)s", names=_listed(layouts)), _("What they hold was kept, one below the other.")
        )
    if +filled:
        notebook.left_out(
            _("blocks that WordPress fills: %(names)s", names=_listed(filled)), _("They hold no text of their own.")
        )


def _listed(names: Counter[str]) -> str:
    return ", ".join(name if times == 1 else f"{name} ×{times}" for name, times in (+names).items())


def _attributes(found: re.Match[str]) -> dict[str, Any]:
    try:
        attributes = json.loads(found["attributes"] or "{}")
    except (ValueError, RecursionError):
        return {}
    return attributes if isinstance(attributes, dict) else {}


def _unframed(
    soup: BeautifulSoup, comment: Comment, name: str, attributes: dict[str, Any], notebook: Notebook, *, is_void: bool
) -> bool:
    """Whether a block that is otherwise empty gave something after all."""
    if name in ("social-link", "navigation-link", "navigation-submenu"):
        _insert(comment, _link(attributes))
        return bool(_link(attributes))
    if name == "block" and is_void:
        notebook.problem(_("a reusable block"), _("Its text is not in the export."))
    elif name not in FRAMES | LAYOUTS | FILLED:
        if is_void:
            texts = list(_texts(attributes))
            for text in texts:
                _insert(comment, f"<p>{text}</p>")
            why = (
                _("A plugin's block: the texts in it were kept.") if texts else _("A plugin's block: it holds no text.")
            )
            (notebook.changed if texts else notebook.left_out)(_("block “%(name)s”", name=name), why)
        else:
            notebook.changed(_("block “%(name)s”", name=name), _("Not known here: its content was kept."))
    return False


def _insert(before: Comment, html: str) -> None:
    for node in list(tree(html).contents):
        before.insert_before(node)


def _link(attributes: dict[str, Any]) -> str:
    url = str(attributes.get("url", ""))
    label = str(attributes.get("label") or attributes.get("service") or url)
    if not url.startswith(("http://", "https://", "mailto:", "/")):
        return ""
    return f"<li>{link_html(url, label)}</li>"


def _texts(value: object, key: str = "") -> Iterator[str]:
    """What a visitor may have read of a block that is made of settings alone."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, str) and value.strip() and SPEAKING_KEYS.search(key):
        yield value


def _mark(soup: BeautifulSoup, comment: Comment, notebook: Notebook) -> None:
    found = MORE.fullmatch(comment)
    if found is None or found[1] == "noteaser":
        return
    if found[1] == "nextpage":
        comment.insert_before(soup.new_tag("hr"))
        notebook.changed(_("page breaks"), _("The pages of the post were joined, with a line between them."))
        return
    notebook.changed(_("the “more” mark"), _("Lists show the summary, or the beginning of the text."))


def footnotes(meta: str) -> list[Tag]:
    """The footnotes block keeps its texts beside the post: each as a paragraph that carries its id."""
    try:
        notes = json.loads(meta)
    except (ValueError, RecursionError):
        return []
    found = []
    for note in notes if isinstance(notes, list) else ():
        if isinstance(note, dict) and note.get("content"):
            tag = tree(f"<p>{note['content']}</p>").p
            if tag is not None:
                tag["id"] = str(note.get("id", ""))
                found.append(tag)
    return found
