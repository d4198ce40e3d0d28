"""Somebody else's HTML as a tree that can be relied on.

nh3 parses as browsers do (it closes what was left open) and drops scripts, handlers and odd addresses; Beautiful Soup
then holds the tree. This is about shape: what visitors are safe from is decided by the sanitiser, on save.
"""

import re
from collections.abc import Set

import nh3
from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, NavigableString, PageElement

_LANGUAGE = re.compile(r"(?:^|\s)(?:language-|lang-|lang:|brush:\s*)([\w+#-]+)")

BLOCKS = frozenset(
    (
        "address article aside blockquote center dd details dialog div dl dt fieldset figcaption figure footer "
        "form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table caption colgroup "
        "col thead tbody tfoot tr td th ul audio video iframe object embed"
    ).split()
)
INLINES = frozenset(
    (
        "a abbr acronym b bdi bdo big br button cite code data del dfn em font i img input ins kbd label legend "
        "mark option picture q rp rt ruby s samp select small source span strike strong sub sup textarea time "
        "track tt u var wbr param"
    ).split()
)
DROPPED_WHOLE = frozenset({"script", "style", "noscript", "template"})
ATTRIBUTES = frozenset(
    (
        "href src srcset poster alt title class id name start reversed type width height colspan rowspan scope "
        "cite datetime controls loop muted lang dir open align style data value checked label kind srclang role "
        "aria-label data-src data-lazy-src data-orig-file data-fn data-lang data-language"
    ).split()
)
SCHEMES = frozenset({"http", "https", "mailto", "tel", "data"})
EMPTY_TEXT = " \t\r\n\xa0\u200b"
#: Elements that say something without holding text.
SPEAKING = ("img", "hr", "audio", "video", "iframe", "object", "embed", "input", "textarea", "select")
_CLEANER = nh3.Cleaner(
    tags=set(BLOCKS | INLINES),
    clean_content_tags=set(DROPPED_WHOLE),
    attributes={"*": set(ATTRIBUTES)},
    strip_comments=False,
    link_rel=None,
    url_schemes=set(SCHEMES),
)


def tree(html: str) -> BeautifulSoup:
    """Parse a fragment; comments stay, since WordPress writes its blocks as comments."""
    clean = _CLEANER.clean(html.replace("\r\n", "\n").replace("\r", "\n"))
    # Without these tags, white space between two others would shrink to one line end, and paragraphs with it;
    # without the line end, a text that is nothing but an address would be taken for a mistake.
    return BeautifulSoup(clean + "\n", "html.parser", preserve_whitespace_tags={"[document]"})


def is_block(node: PageElement) -> bool:
    """Whether it stands on lines of its own: a block, a comment, or an inline element around a block."""
    if isinstance(node, Comment):
        return True
    return isinstance(node, Tag) and (
        node.name in BLOCKS or any(isinstance(inner, Tag) and inner.name in BLOCKS for inner in node.descendants)
    )


def is_inside(node: PageElement, names: Set[str]) -> bool:
    return any(parent.name in names for parent in node.parents)


def is_blank(node: PageElement) -> bool:
    """Whether nobody would see it."""
    if isinstance(node, Comment):
        return True
    if isinstance(node, NavigableString):
        return not node.strip(EMPTY_TEXT)
    return (
        isinstance(node, Tag)
        and node.name not in SPEAKING
        and not node.get_text().strip(EMPTY_TEXT)
        and node.find(SPEAKING) is None
    )


def attribute(tag: Tag, name: str) -> str:
    """The value as one string, empty where it is missing."""
    value = tag.get(name)
    return " ".join(value) if isinstance(value, list) else (value or "")


def has_class(tag: Tag, *names: str) -> bool:
    return not set(names).isdisjoint(attribute(tag, "class").split())


def image_address(tag: Tag) -> str:
    """Where the picture is: lazy-loading plugins put a stand-in into `src` and the address elsewhere."""
    source = attribute(tag, "src")
    if not source or source.startswith("data:"):
        source = (
            attribute(tag, "data-src") or attribute(tag, "data-lazy-src") or attribute(tag, "data-orig-file") or source
        )
    return source.strip()


def background_address(tag: Tag) -> str:
    """The `url(…)` of a background image in the style of a tag."""
    found = re.search(r"background(?:-image)?:[^;]*?url\((['\"]?)(.*?)\1\)", attribute(tag, "style"))
    return found.group(2).strip() if found else ""


def language_of(pre: Tag) -> str:
    """The programming language that a block of code says it is in; empty where it does not."""
    for tag in [pre, *pre.find_all("code")]:
        found = _LANGUAGE.search(attribute(tag, "class"))
        language = found[1] if found else attribute(tag, "data-lang") or attribute(tag, "data-language")
        if language:
            return re.sub(r"[^\w+#-]", "", language)
    return ""
