"""Mobiledoc, in which Ghost 1 to 4 kept its posts, as HTML."""

import html
import json
from collections.abc import Sequence
from typing import Any

from cms.importers.ghost.cards import card_html
from cms.importers.ghost.export import text
from cms.importers.ghost.shapes import picture
from cms.importers.library import figure_html
from cms.importers.parsed import Notebook

BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 blockquote aside pull-quote".split())
MARKS = frozenset("a b code em i s strong sub sup u mark del".split())
QUOTES = {"aside": "blockquote", "pull-quote": "blockquote"}


def mobiledoc_html(source: str, notebook: Notebook) -> str | None:
    """None where it is no such document."""
    try:
        document = json.loads(source, strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("sections"), list):
        return None
    return "".join(_Document(document, notebook).section(section) for section in document["sections"])


class _Document:
    """What the sections refer to by number."""

    def __init__(self, document: dict[str, Any], notebook: Notebook) -> None:
        self._markups = _sequence(document.get("markups"))
        self._atoms = _sequence(document.get("atoms"))
        self._cards = _sequence(document.get("cards"))
        self._notebook = notebook

    def section(self, section: object) -> str:
        match section:
            case [1, str(name), list(markers), *_rest]:  # the number of a kind: text, picture, list, card
                name = name.lower() if name.lower() in BLOCKS else "p"
                name = QUOTES.get(name, name)
                return f"<{name}>{self._line(markers)}</{name}>"
            case [2, str(source), *_rest]:
                return figure_html(picture(_plain(source)))
            case [3, str(name), list(items), *_rest]:
                name = "ol" if name.lower() == "ol" else "ul"
                return f"<{name}>{''.join(f'<li>{self._line(_sequence(item))}</li>' for item in items)}</{name}>"
            case [10, number, *_rest]:
                return self._card(_at(self._cards, number))
        return ""

    def _line(self, markers: Sequence[Any]) -> str:
        written: list[str] = []
        opened: list[str] = []
        for marker in markers:
            match marker:
                case [kind, list(opening), int(closed), value, *_rest]:
                    for number in opening:
                        name, start = _markup(_at(self._markups, number))
                        opened.append(name)
                        written.append(start)
                    written.append(self._atom(value) if kind == 1 else html.escape(_plain(value)))
                    for _time in range(min(max(closed, 0), len(opened))):
                        written.append(_end(opened.pop()))
        return "".join([*written, *(_end(name) for name in reversed(opened))])

    def _atom(self, number: object) -> str:
        match _at(self._atoms, number):
            case ["soft-return", *_rest]:
                return "<br>"
            case [str(), value, *_rest]:
                return html.escape(_plain(value))
        return ""

    def _card(self, card: object) -> str:
        match card:
            case [str(kind), dict(payload), *_rest]:
                return card_html(_plain(kind), payload, self._notebook)
            case [str(kind), *_rest]:
                return card_html(_plain(kind), {}, self._notebook)
        return ""


def _markup(markup: object) -> tuple[str, str]:
    match markup:
        case [str(name), *rest] if name.lower() in MARKS:
            name = name.lower()
            values = _sequence(rest[0]) if rest else []
            pairs = dict(zip(map(_plain, values[::2]), values[1::2], strict=False))
            link = text(pairs, "href")
            return name, f'<a href="{html.escape(link)}">' if name == "a" and link else f"<{name}>"
    return "", ""


def _end(name: str) -> str:
    return f"</{name}>" if name else ""


def _sequence(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _at(values: list[Any], number: object) -> Any:
    return values[number] if isinstance(number, int) and 0 <= number < len(values) else None


def _plain(value: object) -> str:
    return text({"": value}, "")
