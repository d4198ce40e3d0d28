"""One pass before the parsers, linear in the length of the text: closed elements, bounded depth, no foreign media.

The parsers behind it repair broken HTML as browsers do, and markup made for it costs them the square of its length
in time and output. What they get from here needs no repair. Safety does not rest on this pass: both parse and
filter whatever it lets through.
"""

import re
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import urlsplit

from cms.core.sanitize_urls import is_web, own_media

MAX_DEPTH = 40
MAX_TAG = 20_000  # characters
MAX_BROKEN = 64  # unfinished tags and comments, after which every `<` is only a character

_TAG = re.compile(r"""<(/?)([a-zA-Z][\w:.-]*+)(?=[\s/>])((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>]++)))?""")
_LINE_BREAKS = re.compile(r"[\r\n]*+")
_COMMENT_END = re.compile(r"--!?>")
_DROPPED = {name: re.compile(rf"</{name}(?=[\s/>])[^>]*+>", re.IGNORECASE) for name in ("script", "style")}

#: What every such tag carries, whatever its author wrote.
ALWAYS = {
    "audio": {"controls": "", "preload": "metadata"},
    "img": {"loading": "lazy", "decoding": "async"},
    "pre": {"tabindex": "0"},  # a keyboard can scroll it
    "video": {"controls": "", "preload": "metadata", "playsinline": ""},
}

_VOID = frozenset({"br", "col", "hr", "img", "source", "wbr"})
_RENAMED = {"h1": "h2", "strike": "s", "tt": "code", "acronym": "abbr"}  # the page owns h1
_PLAYERS = frozenset({"audio", "video"})
_TABLE_PARTS = frozenset({"caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th"})
_CELLS = frozenset({"td", "th", "caption"})
_BLOCKS = frozenset(
    "aside blockquote dd details div dl dt figcaption figure h2 h3 h4 h5 h6 hr li ol p pre section summary table "
    "ul".split()
)
_SECTIONS = frozenset({"table", "thead", "tbody", "tfoot"})

#: tag: (what its start closes, what that may not reach through)
_CLOSES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "a": (frozenset({"a"}), _CELLS),
    "li": (frozenset({"li", "p"}), _CELLS | {"ul", "ol"}),
    "dt": (frozenset({"dt", "dd", "p"}), _CELLS | {"dl"}),
    "dd": (frozenset({"dt", "dd", "p"}), _CELLS | {"dl"}),
} | {name: (frozenset({"p"}), _CELLS) for name in _BLOCKS - {"li", "dt", "dd"}}

#: part of a table: where it goes; everything open inside that place is closed first
_BELONGS_IN: dict[str, frozenset[str]] = {
    "td": _SECTIONS | {"tr"},
    "th": _SECTIONS | {"tr"},
    "tr": _SECTIONS,
    "col": frozenset({"table", "colgroup"}),
} | {name: frozenset({"table"}) for name in ("caption", "colgroup", "thead", "tbody", "tfoot")}
#: (place, part): what stands between them when the author leaves it out
_LEFT_OUT = {(place, cell): "tr" for place in _SECTIONS for cell in ("td", "th")} | {("table", "tr"): "tbody"}


def tidy(html: str, tags: Set[str]) -> str:
    """The same text with only these tags, each closed where it must be, and links in place of media from elsewhere."""
    return _Tidier(tags).run(html)


@dataclass(slots=True)
class _Open:
    name: str
    at: int  # where its start tag stands in the output
    plays: bool = False
    links: list[str] = field(default_factory=list)


class _Tidier:
    def __init__(self, tags: Set[str]) -> None:
        self.tags = tags
        self.out: list[str] = []
        self.stack: list[_Open] = []
        self.too_deep: Counter[str] = Counter()
        self.broken = 0

    def run(self, html: str) -> str:
        position = 0
        while (start := html.find("<", position)) >= 0:
            self.out.append(html[position:start])
            position = self._markup(html, start)
        self.out.append(html[position:])
        self._close_down_to(0)
        return "".join(self.out)

    def _markup(self, html: str, at: int) -> int:
        """Deal with the `<` at this place and say where to read on."""
        end = None if self.broken >= MAX_BROKEN else self._tag(html, at) or self._remark(html, at)
        if end is None:
            self.out.append("&lt;")
            return at + 1
        return end

    def _tag(self, html: str, at: int) -> int | None:
        found = _TAG.match(html, at, at + MAX_TAG)
        if found is None:
            self.broken += html[at + 1 : at + 2].isalpha()
            return None
        closing, name, attributes = found[1], found[2].lower(), found[3]
        name = _RENAMED.get(name, name)
        if closing:
            self._end(name)
        elif name in _DROPPED:
            return self._after_content(name, html, found.end())
        elif name in self.tags:
            self._start(name, attributes)
        # Parsers swallow one line break after <pre> each time they read it: better all, once.
        return _LINE_BREAKS.match(html, found.end()).end() if name == "pre" else found.end()  # type: ignore[union-attr]

    def _after_content(self, name: str, html: str, at: int) -> int:
        end = _DROPPED[name].search(html, at)
        self.broken += end is None
        return end.end() if end else at

    def _remark(self, html: str, at: int) -> int | None:
        """Comments, declarations and the like."""
        if html[at + 1 : at + 2] not in ("!", "?", "/"):
            return None
        is_comment = html.startswith("<!--", at)
        end = (_COMMENT_END if is_comment else re.compile(">")).search(html, at + 2)
        self.broken += end is None
        return end.end() if end else None

    def _start(self, name: str, attributes: str) -> None:
        if name in _TABLE_PARTS and not self._enter_table(name):
            return
        if name in ("img", "source"):
            self._medium(name, _attributes(attributes))
            return
        self._close_implied(name)
        if name not in _VOID:
            if len(self.stack) >= MAX_DEPTH:
                self.too_deep[name] += 1
                return
            self.stack.append(_Open(name, len(self.out)))
        parsed = _attributes(attributes)
        if name in _PLAYERS:
            self._offer(self.stack[-1], parsed)
        self.out.append(_written(name, parsed))

    def _end(self, name: str) -> None:
        if self.too_deep[name]:
            self.too_deep[name] -= 1
            return
        for depth in range(len(self.stack) - 1, -1, -1):
            opened = self.stack[depth].name
            if opened == name:
                self._close_down_to(depth)
            if opened == name or (opened in _CELLS and name not in _TABLE_PARTS and name != "table"):
                return

    def _enter_table(self, name: str) -> bool:
        """Make room for a part of a table, with the rows and bodies that HTML lets authors leave out."""
        place = _BELONGS_IN[name]
        for depth in range(len(self.stack) - 1, -1, -1):
            if self.stack[depth].name in place:
                self._close_down_to(depth + 1)
                between = _LEFT_OUT.get((self.stack[depth].name, name))
                if between:
                    self._start(between, "")
                return between is None or self.stack[-1].name == between
        return False

    def _close_implied(self, name: str) -> None:
        closes, walls = _CLOSES.get(name, (frozenset(), frozenset()))
        outermost = None
        for depth in range(len(self.stack) - 1, -1, -1):
            if self.stack[depth].name in walls:
                break
            if self.stack[depth].name in closes:
                outermost = depth
        if outermost is not None:
            self._close_down_to(outermost)

    def _close_down_to(self, depth: int) -> None:
        while len(self.stack) > depth:
            element = self.stack.pop()
            if element.name in _PLAYERS and not element.plays:
                self.out[element.at] = ""
                self.out.extend(element.links)
            else:
                self.out.append(f"</{element.name}>")

    def _medium(self, name: str, attributes: dict[str, str]) -> None:
        if name == "img":
            self.out.append(_written(name, attributes) if _is_ours(attributes) else self._link_to(attributes))
        elif self.stack and self.stack[-1].name in _PLAYERS:
            self._offer(self.stack[-1], attributes)
            self.out.append(_written(name, attributes) if _is_ours(attributes) else "")

    def _offer(self, player: _Open, attributes: dict[str, str]) -> None:
        """One address that this player, or a source inside it, names."""
        if _is_ours(attributes):
            player.plays = True
        elif "src" in attributes:
            player.links.append(self._link_to(attributes))

    def _link_to(self, attributes: dict[str, str]) -> str:
        """What stands for a medium that we do not serve: a link named by its description or its file."""
        address, words = attributes.get("src", "").strip().replace(" ", "%20"), attributes.get("alt", "").strip()
        if not is_web(unescape(address)):
            return words
        if not words:
            parts = urlsplit(unescape(address))
            words = escape(parts.path.rpartition("/")[2] or parts.netloc)
        inside_link = any(element.name == "a" for element in self.stack)
        return words if inside_link else f'<a href="{address}">{words}</a>'


def _is_ours(attributes: dict[str, str]) -> bool:
    return own_media(unescape(attributes.get("src", "")))


def _attributes(source: str) -> dict[str, str]:
    """Name to value, the first of each name, fit to be written between double quotes (entities stay as they are)."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(source):
        value = (double or single or bare).replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
        found.setdefault(name.lower(), value)
    return found


def _written(name: str, attributes: dict[str, str]) -> str:
    always = ALWAYS.get(name, {})
    chosen = {key: value for key, value in attributes.items() if key not in always}
    return "<" + " ".join([name, *(f'{key}="{value}"' for key, value in (chosen | always).items())]) + ">"
