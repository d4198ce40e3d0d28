"""Classic WordPress text: a blank line makes a paragraph, a line end makes a line break, as its editor showed it."""

import re
from itertools import groupby

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

from cms.importers.html.tree import is_blank, is_block, is_inside

#: What holds paragraphs beside other blocks.
FLOWS = frozenset(("div section article main header footer aside blockquote details center form fieldset nav").split())
#: What holds one line of text as it is, and paragraphs only where it has several.
ITEMS = frozenset({"li", "dd", "td", "th", "address"})
#: What can hold no paragraphs at all.
LINES = frozenset({"p", "figcaption", "caption", "dt", "summary"})
VERBATIM = frozenset({"pre", "code", "textarea", "select"})
BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")


def make_paragraphs(soup: BeautifulSoup, *, line_breaks: bool) -> None:
    """Wrap loose text in `<p>`; with `line_breaks`, single line ends become `<br>`."""
    for holder in [soup, *soup.find_all(list(FLOWS | ITEMS | LINES))]:
        if not is_inside(holder, VERBATIM):
            _fill(soup, holder, line_breaks=line_breaks)


def _fill(soup: BeautifulSoup, holder: Tag, *, line_breaks: bool) -> None:
    children: list[PageElement] = []
    for stands_alone, group in groupby(list(holder.children), is_block):
        nodes = list(group)
        children += nodes if stands_alone else _paragraphs(soup, holder, nodes, line_breaks=line_breaks)
    holder.clear()
    holder.extend(children)


def _paragraphs(soup: BeautifulSoup, holder: Tag, run: list[PageElement], *, line_breaks: bool) -> list[PageElement]:
    parts = [_trimmed(part) for part in _split(run)]
    parts = [part for part in parts if not all(is_blank(node) for node in part)]
    if line_breaks:
        parts = [_with_breaks(soup, part) for part in parts]
    if holder is soup or holder.name in FLOWS or (holder.name in ITEMS and len(parts) > 1):
        return [_wrapped(soup, part) for part in parts]
    joined: list[PageElement] = []
    for part in parts:
        joined += [soup.new_tag("br"), *part] if joined else part
    return joined


def _wrapped(soup: BeautifulSoup, part: list[PageElement]) -> Tag:
    paragraph = soup.new_tag("p")
    paragraph.extend(part)
    return paragraph


def _split(run: list[PageElement]) -> list[list[PageElement]]:
    """Cut at blank lines and at two line breaks in a row."""
    parts: list[list[PageElement]] = [[]]
    for node in run:
        if isinstance(node, NavigableString):
            first, *others = BLANK_LINE.split(str(node))
            parts[-1].append(NavigableString(first))
            parts += [[NavigableString(other)] for other in others]
        elif _is_break(node) and _ends_with_break(parts[-1]):
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def _is_break(node: PageElement) -> bool:
    return isinstance(node, Tag) and node.name == "br"


def _ends_with_break(part: list[PageElement]) -> bool:
    seen = [node for node in part if isinstance(node, Tag) or str(node).strip()]
    return bool(seen) and _is_break(seen[-1])


def _trimmed(part: list[PageElement]) -> list[PageElement]:
    """Without line breaks and white space at either end."""
    while part and (_is_break(part[0]) or (isinstance(part[0], NavigableString) and not part[0].strip())):
        part = part[1:]
    while part and (_is_break(part[-1]) or (isinstance(part[-1], NavigableString) and not part[-1].strip())):
        part = part[:-1]
    if part and isinstance(part[0], NavigableString):
        part = [NavigableString(part[0].lstrip(" \t\n")), *part[1:]]
    if part and isinstance(part[-1], NavigableString):
        part = [*part[:-1], NavigableString(part[-1].rstrip(" \t\n"))]
    return part


def _with_breaks(soup: BeautifulSoup, part: list[PageElement]) -> list[PageElement]:
    broken: list[PageElement] = []
    for number, node in enumerate(part):
        if isinstance(node, Tag):
            _break_inside(soup, node)
            broken.append(node)
        else:
            broken += _lines(soup, str(node), part[number - 1 : number], part[number + 1 : number + 2])
    return broken


def _break_inside(soup: BeautifulSoup, tag: Tag) -> None:
    if tag.name in VERBATIM:
        return
    for text in list(tag.find_all(string=True)):
        if "\n" in text and not is_inside(text, VERBATIM):
            neighbours = ([node] if node is not None else [] for node in (text.previous_sibling, text.next_sibling))
            text.replace_with(*_lines(soup, str(text), *neighbours))


def _lines(soup: BeautifulSoup, value: str, before: list[PageElement], after: list[PageElement]) -> list[PageElement]:
    """The text with a `<br>` for each line end; one that stands beside a `<br>` already counts once."""
    if any(_is_break(node) for node in before):
        value = value.lstrip(" \t").removeprefix("\n")
    if any(_is_break(node) for node in after):
        value = value.rstrip(" \t").removesuffix("\n")
    pieces: list[PageElement] = []
    for number, line in enumerate(value.split("\n")):
        if number:
            pieces.append(soup.new_tag("br"))
        pieces.append(NavigableString(line.lstrip(" \t") if number else line))
    return pieces
