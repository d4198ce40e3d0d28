"""The gate: HTML that people caused becomes HTML that may be stored and printed. Nothing changes it afterwards.

bleach reads it first and nh3, a parser of another make, reads what bleach wrote, both by the lists below. Authors
choose no styles, no scripts, no classes but those of `CLASSES`, no ids but those of headings and notes, whose prefix
keeps them from naming anything a script could read. Pictures and sound come from our own library; others become links.
"""

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any
from xml.etree.ElementTree import Element

import bleach
import nh3
from bleach.html5lib_shim import (  # type: ignore[attr-defined]
    TAG_TOKEN_TYPE_CHARACTERS,
    TAG_TOKEN_TYPE_PARSEERROR,
    BleachHTMLParser,
    BleachHTMLTokenizer,
    getTreeWalker,
)

from cms.core.markdown_code import highlight
from cms.core.sanitize_tidy import ALWAYS, tidy
from cms.core.sanitize_urls import LINK_SCHEMES, own_media, safe_link

ARTICLE_TAGS = frozenset(
    "a abbr aside audio b bdi blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption "
    "figure h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small source strong sub "
    "summary sup table tbody td tfoot th thead time tr u ul var video wbr".split()
)
COMMENT_TAGS = frozenset("a blockquote br code del em li ol p pre strong ul".split())

#: The classes that our own renderer writes or that the theme offers to authors, by tag.
CLASSES: Mapping[str, Set[str]] = {
    "aside": {"note", "note-tip", "note-important", "note-warning", "note-caution"},
    "blockquote": {"pull"},
    "div": {"scroll", "gallery"},
    "figure": {"out", "broad", "gallery", "embed"},
    "li": {"task", "done"},
    "section": {"notes"},
    "td": {"align-left", "align-center", "align-right"},
    "th": {"align-left", "align-center", "align-right"},
}
ROLES = frozenset({"region", "doc-noteref", "doc-backlink"})
RELATIONS = frozenset("author external license me nofollow noopener noreferrer sponsored tag ugc".split())

_EVERYWHERE = {"lang", "dir"}
_ARTICLE_ATTRIBUTES: Mapping[str, Set[str]] = {
    "a": {"href", "title", "hreflang", "rel", "id", "role", "aria-label"},
    "abbr": {"title"},
    "aside": {"class"},
    "audio": {"src", *ALWAYS["audio"]},
    "blockquote": {"class"},
    "code": {"class"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"datetime"},
    "details": {"open"},
    "dfn": {"title"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "figure": {"class"},
    "img": {"src", "alt", "title", "width", "height", *ALWAYS["img"]},
    "ins": {"datetime"},
    "li": {"class", "id", "value"},
    "ol": {"start", "reversed"},
    "pre": {*ALWAYS["pre"]},
    "section": {"class", "aria-label"},
    "source": {"src", "type"},
    "td": {"class", "colspan", "rowspan"},
    "th": {"class", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"src", "width", "height", "poster", *ALWAYS["video"]},
} | {f"h{level}": {"id"} for level in range(2, 7)}
_COMMENT_ATTRIBUTES: Mapping[str, Set[str]] = {"a": {"href"}, "pre": {*ALWAYS["pre"]}}

_COMMENT_RELATION = "nofollow ugc noopener noreferrer"

_SURROGATE = re.compile("[\ud800-\udfff]")


def sanitize(html: str) -> str:
    """What an article may contain; code whose language is known comes back coloured."""
    return highlight(_cleaners.article.clean(html))


def sanitize_comment(html: str) -> str:
    """What a visitor's comment may contain: a short list, and links that search engines do not reward."""
    return _cleaners.comment.clean(html)


def _matching(pattern: str) -> Callable[[str, str], str | None]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda tag, value: value if compiled.fullmatch(value) else None


def _class(tag: str, value: str) -> str | None:
    if tag == "code":
        return value if re.fullmatch(r"language-[a-z0-9+#_.-]{1,32}", value) else None
    return " ".join(name for name in value.split() if name in CLASSES[tag]) or None


def _medium(tag: str, value: str) -> str | None:
    return value if own_media(value) else None


_PIXELS = _matching(r"[0-9]{1,5}")
_SPAN = _matching(r"[1-9][0-9]{0,2}")
_DATE = _matching(r"[0-9A-Za-z:.+ -]{1,40}")

#: attribute: what becomes of its value (None: the attribute goes); those not named here are free text
_VALUES: dict[str, Callable[[str, str], str | None]] = {
    "class": _class,
    "colspan": _SPAN,
    "controls": _matching(""),
    "datetime": _DATE,
    "decoding": _matching("async"),
    "dir": _matching("ltr|rtl|auto"),
    "height": _PIXELS,
    "href": lambda tag, value: safe_link(value),
    "hreflang": _matching("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"),
    "id": _matching("(h|fn|fnref)-[a-z0-9-]{1,90}"),
    "lang": _matching("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"),
    "loading": _matching("lazy"),
    "open": lambda tag, value: "",
    "playsinline": _matching(""),
    "poster": _medium,
    "preload": _matching("metadata"),
    "rel": lambda tag, value: " ".join(name for name in value.lower().split() if name in RELATIONS) or None,
    "reversed": lambda tag, value: "",
    "role": lambda tag, value: value if value in ROLES else None,
    "rowspan": _SPAN,
    "scope": _matching("(col|row)(group)?"),
    "span": _SPAN,
    "src": _medium,
    "start": _matching("-?[0-9]{1,6}"),
    "tabindex": _matching("0"),
    "type": _matching("(audio|video)/[a-z0-9.+-]{1,40}"),
    "value": _matching("-?[0-9]{1,6}"),
    "width": _PIXELS,
}


def _value(tag: str, name: str, value: str) -> str | None:
    rule = _VALUES.get(name)
    return rule(tag, value) if rule else value


class _Walker(getTreeWalker("etree")):  # type: ignore[misc]
    """html5lib's own looks for each element among all its siblings when it leaves it: the square of a long list."""

    def __init__(self, tree: Element) -> None:
        super().__init__(tree)
        self.places = {child: place for parent in tree.iter() for place, child in enumerate(parent)}

    def getParentNode(self, node: Any) -> Any:
        _, _, parents, flag = node
        if flag == "text":
            return super().getParentNode(node)
        parent = parents.pop()
        return (parent, self.places[parent], parents, None) if parents else parent


class _Tokenizer(BleachHTMLTokenizer):
    """Text in one piece: html5lib copies all that it has for each piece more, and every `&` begins a piece."""

    def __iter__(self) -> Iterator[Any]:
        words: list[Any] = []
        for token in super().__iter__():
            if token["type"] == TAG_TOKEN_TYPE_CHARACTERS:
                words.append(token["data"])
                continue
            if words and token["type"] != TAG_TOKEN_TYPE_PARSEERROR:
                yield {"type": TAG_TOKEN_TYPE_CHARACTERS, "data": "".join(words)}
                words = []
            yield token
        if words:
            yield {"type": TAG_TOKEN_TYPE_CHARACTERS, "data": "".join(words)}


class _Parser(BleachHTMLParser):
    def mainLoop(self) -> None:
        self.tokenizer.__class__ = _Tokenizer
        super().mainLoop()


class _Cleaner:
    """Both passes over one list of tags."""

    def __init__(self, tags: Set[str], attributes: Mapping[str, Set[str]], *, relation: str | None) -> None:
        allowed = {tag: set(attributes.get(tag, ())) | _EVERYWHERE for tag in tags}
        self.tags = tags
        self.first = bleach.Cleaner(
            tags=tags,
            attributes={tag: sorted(names) for tag, names in allowed.items()},
            protocols=LINK_SCHEMES,
            strip=True,
            strip_comments=True,
        )
        self.first.walker = _Walker  # type: ignore[assignment]
        self.first.parser.__class__ = _Parser
        self.second = nh3.Cleaner(
            tags=set(tags),
            attributes=allowed,
            attribute_filter=_value,
            url_schemes=set(LINK_SCHEMES),
            link_rel=relation,
        )

    def clean(self, html: str) -> str:
        tidied = tidy(_SURROGATE.sub("\ufffd", html), self.tags)
        return self.second.clean(self.first.clean(tidied))


class _PerThread(threading.local):
    """bleach's cleaner keeps the state of its parser and must not be shared."""

    def __init__(self) -> None:
        self.article = _Cleaner(ARTICLE_TAGS, _ARTICLE_ATTRIBUTES, relation=None)
        self.comment = _Cleaner(COMMENT_TAGS, _COMMENT_ATTRIBUTES, relation=_COMMENT_RELATION)


_cleaners = _PerThread()
