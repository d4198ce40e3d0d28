"""Code in articles: coloured from its own escaped text, by classes that only this module writes."""

import re
from functools import cache
from html import escape, unescape
from itertools import groupby
from typing import TYPE_CHECKING

from pygments.token import Token, _TokenType

if TYPE_CHECKING:
    from pygments.lexer import Lexer

MAX_COLOURED = 10_000  # characters of one block; a longer one stays plain

# Long blanks, long lines and long runs of bare words are no code that a person reads, and cost lexers their square.
_SLOW_TO_READ = re.compile(r"""\s{120}|[^\n]{1000}|(?:[^\s(){};=,"'*/#]++\s++){60}""")

#: The languages that are coloured: each was tried with input made to be slow.
LANGUAGES = frozenset(
    "bash c c++ cpp cs csharp css dart diff docker dockerfile elixir erlang go graphql haskell html html+jinja http "
    "ini java javascript jinja js json jsx kotlin latex lua make makefile markdown md nginx objective-c perl php pl "
    "powershell ps1 py python python3 r rb rs ruby rust scala scss sh shell sql swift toml ts typescript vim xml "
    "yaml yml zsh".split()
)

#: kind of token: (class, colour on light, colour on dark); each at least 4.5:1 on every ground of the theme
_COLOURS: dict[_TokenType, tuple[str, str, str]] = {
    Token.Comment: ("comment", "#5d626a", "#9a9fa8"),
    Token.Keyword: ("keyword", "#7a3e9d", "#cfa6ee"),
    Token.Operator.Word: ("keyword", "#7a3e9d", "#cfa6ee"),
    Token.Name.Tag: ("keyword", "#7a3e9d", "#cfa6ee"),
    Token.Literal.String: ("string", "#1d6b3a", "#84d3a0"),
    Token.Literal.Number: ("number", "#8a4b00", "#f0bd6c"),
    Token.Name.Constant: ("number", "#8a4b00", "#f0bd6c"),
    Token.Name.Function: ("name", "#1f5fae", "#8cbcf5"),
    Token.Name.Class: ("name", "#1f5fae", "#8cbcf5"),
    Token.Name.Namespace: ("name", "#1f5fae", "#8cbcf5"),
    Token.Name.Decorator: ("builtin", "#0f6674", "#7fd0dc"),
    Token.Name.Builtin: ("builtin", "#0f6674", "#7fd0dc"),
    Token.Name.Exception: ("builtin", "#0f6674", "#7fd0dc"),
    Token.Name.Attribute: ("builtin", "#0f6674", "#7fd0dc"),
    Token.Name.Variable: ("builtin", "#0f6674", "#7fd0dc"),
    Token.Generic.Heading: ("name", "#1f5fae", "#8cbcf5"),
    Token.Generic.Inserted: ("inserted", "#1d6b3a", "#84d3a0"),
    Token.Generic.Deleted: ("deleted", "#a92525", "#f59a94"),
}

_CODE_BLOCK = re.compile(r'(<pre[^<>]*><code class="language-([a-z0-9+#_.-]+)"[^<>]*>)([^<]+)(</code></pre>)')


def highlight(html: str) -> str:
    """Colour the code blocks of sanitised HTML; one that holds tags or names an unknown language stays as it is."""
    return _CODE_BLOCK.sub(lambda block: block[1] + _coloured(block[2], block[3]) + block[4], html)


def pygments_css() -> str:
    """The rules for light and dark, written to the static folder once:

    python -c "from cms.core.markdown_code import pygments_css as css; print(css(), end='')" > cms/static/pygments.css
    """
    rules = {name: f"light-dark({light}, {dark})" for name, light, dark in _COLOURS.values()}
    lines = ["/* Made by cms.core.markdown_code.pygments_css. Colours of code, light and dark. */"]
    lines += [f".tok-{name} {{ color: {colour}; }}" for name, colour in rules.items()]
    return "\n".join([*lines, ".tok-comment { font-style: italic; }", ".tok-keyword { font-weight: 600; }", ""])


def _coloured(language: str, escaped: str) -> str:
    code = unescape(escaped)
    if language not in LANGUAGES or len(code) > MAX_COLOURED or _SLOW_TO_READ.search(code):
        return escaped
    pieces = list(_lexer(language).get_tokens(code))
    if "".join(text for _, text in pieces) != code:  # the lexer tidied it: the author's text wins
        return escaped
    grouped = groupby(pieces, key=lambda piece: _class_of(piece[0]))
    return "".join(_span(name, "".join(text for _, text in group)) for name, group in grouped)


def _span(name: str | None, text: str) -> str:
    written = escape(text, quote=False).replace("\xa0", "&nbsp;")
    return f'<span class="tok-{name}">{written}</span>' if name else written


@cache
def _class_of(kind: _TokenType) -> str | None:
    if kind in _COLOURS:
        return _COLOURS[kind][0]
    return _class_of(kind.parent) if kind.parent else None


def _lexer(language: str) -> "Lexer":
    """Loaded for whoever writes code: the names of all languages take a megabyte and a half of memory."""
    from pygments.lexers import get_lexer_by_name

    return get_lexer_by_name(language, stripnl=False, ensurenl=False)
