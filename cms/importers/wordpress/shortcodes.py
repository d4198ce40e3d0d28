"""WordPress shortcodes, `[gallery ids="1,2"]`: found here, rendered by whoever is asked."""

import html
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

TOKEN = re.compile(r"\[(?P<close>/?)(?P<name>[A-Za-z][\w-]*)(?P<rest>(?:[\s=][^\[\]]*?)?)(?P<void>/?)\]")
ATTRIBUTE = re.compile(
    r"""(?P<name>[\w-]+)\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^\s"']+))|(?P<bare>[^\s"']+)"""
)
#: What is shown as it was typed: code, comments, and tags with a bracket in an attribute.
VERBATIM = re.compile(
    r"<(pre|code|script|style|textarea)\b.*?</\1\s*>|<!--.*?-->|<[a-zA-Z/][^<>]*\[[^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
LISTING = re.compile(r"\[(code|sourcecode)(\s[^\]]*)?\](.*?)\[/\1\]", re.DOTALL)
ESCAPED = re.compile(r"\[(\[/?[A-Za-z][^\[\]]*\])\]")
#: Nested deeper than this, a shortcode is left as it stands.
DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Shortcode:
    """One use; `content` is what it encloses, with its own shortcodes already rendered, or None."""

    name: str
    attributes: dict[str, str]
    positional: tuple[str, ...]
    #: Of `[name=value]`; not of `[name value]`, which may be what somebody wrote between brackets.
    value: str
    content: str | None


Renderer = Callable[[Shortcode], str | None]


def expand(text: str, render: Renderer) -> str:
    """Replace every shortcode by what `render` answers; None leaves one as it stands, or leaves what it encloses."""
    if "[" not in text:
        return text
    shelf = _Shelf()
    text = LISTING.sub(lambda found: shelf.put(_listing(found)), text)
    text = VERBATIM.sub(lambda found: shelf.put(ESCAPED.sub(r"\1", found[0])), text)
    text = _Expansion(text, render).result()
    return shelf.restore(text)


class _Shelf:
    """Keeps pieces aside under marks that no XML file can contain."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def put(self, piece: str) -> str:
        self._pieces.append(piece)
        return f"\x02{len(self._pieces) - 1}\x03"

    def restore(self, text: str) -> str:
        while "\x02" in text:
            text = re.sub("\x02(\\d+)\x03", lambda found: self._pieces[int(found[1])], text)
        return text


@dataclass(slots=True)
class _Frame:
    token: re.Match[str] | None
    closed_by: int
    out: list[str] = field(default_factory=list)


class _Expansion:
    """One pass over the tokens with a stack: linear, however they are nested."""

    def __init__(self, text: str, render: Renderer) -> None:
        self._text = text
        self._render = render
        self._tokens = list(TOKEN.finditer(text))
        self._closers = self._paired()
        self._frames = [_Frame(None, -1)]

    def result(self) -> str:
        position = 0
        for number, token in enumerate(self._tokens):
            self._out.append(self._text[position : token.start()])
            position = token.end()
            if self._is_escaped(token):
                self._out[-1] = self._out[-1][:-1]
                self._out.append(token[0])
                position += 1
            elif token["close"]:
                self._close(number, token)
            elif number in self._closers and len(self._frames) < DEEPEST:
                self._frames.append(_Frame(token, self._closers[number]))
            else:
                self._out.append(self._rendered(token, None))
        self._out.append(self._text[position:])
        while len(self._frames) > 1:
            self._unwrap()
        return "".join(self._out)

    @property
    def _out(self) -> list[str]:
        return self._frames[-1].out

    def _paired(self) -> dict[int, int]:
        """Which opening token is closed by which: the nearest one of its name."""
        waiting: defaultdict[str, list[int]] = defaultdict(list)
        pairs: dict[int, int] = {}
        for number, token in enumerate(self._tokens):
            if token["close"] and waiting[token["name"]]:
                pairs[waiting[token["name"]].pop()] = number
            elif not token["close"] and not token["void"] and not self._is_escaped(token):
                waiting[token["name"]].append(number)
        return pairs

    def _is_escaped(self, token: re.Match[str]) -> bool:
        """`[[gallery]]` is how an author writes about a shortcode."""
        return self._text[token.start() - 1 : token.start()] == "[" and self._text[token.end() :][:1] == "]"

    def _close(self, number: int, token: re.Match[str]) -> None:
        if not any(frame.closed_by == number for frame in reversed(self._frames)):
            self._out.append(token[0])
            return
        while self._frames[-1].closed_by != number:  # [a][b][/a][/b]: the inner one never closes
            self._unwrap()
        frame = self._frames.pop()
        assert frame.token is not None  # noqa: S101  only the first frame, which is never closed, has none
        self._out.append(self._rendered(frame.token, "".join(frame.out)))

    def _unwrap(self) -> None:
        frame = self._frames.pop()
        self._out.extend([frame.token[0] if frame.token else "", *frame.out])

    def _rendered(self, token: re.Match[str], content: str | None) -> str:
        shortcode = _parsed(token, content)
        rendered = self._render(shortcode)
        if rendered is not None:
            return rendered
        return token[0] if content is None else content


def _parsed(token: re.Match[str], content: str | None) -> Shortcode:
    attributes: dict[str, str] = {}
    positional: list[str] = []
    rest = token["rest"].strip()
    for found in ATTRIBUTE.finditer(rest.removeprefix("=")):
        if found["bare"] is not None:
            positional.append(html.unescape(found["bare"]))
        else:
            value = found["a"] if found["a"] is not None else found["b"] if found["b"] is not None else found["c"]
            attributes.setdefault(found["name"].lower(), html.unescape(value))
    value = html.unescape(rest[1:].strip("\"' ")) if rest.startswith("=") else ""
    return Shortcode(token["name"].lower(), attributes, tuple(positional), value, content)


def _listing(found: re.Match[str]) -> str:
    """`[sourcecode language="php"]`: a listing, whose content is text and never markup."""
    language = re.search(r"lang(?:uage)?=[\"']?([\w+#-]+)", found[2] or "")
    name = f' class="language-{language[1]}"' if language else ""
    return f"\n\n<pre><code{name}>{html.escape(html.unescape(found[3].strip(chr(10))))}</code></pre>\n\n"
