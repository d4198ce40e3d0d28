"""HTML to the Markdown that our renderer shows well; what Markdown cannot say stays HTML, and no word is dropped."""

import re
from collections.abc import Callable
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement
from markdownify import ATX, BACKSLASH, MarkdownConverter

from cms.importers.html.pictures import figures, image
from cms.importers.html.raw import raw_html
from cms.importers.html.tables import has_rows_before, is_simple, table_of
from cms.importers.html.text import (
    chomped,
    code_block,
    code_span,
    escape_text,
    link_target,
    link_title,
    trimmed,
)
from cms.importers.html.tree import attribute, has_class, image_address, is_blank, is_block, language_of

Parents = set[str]
EMPHASIS = ("strong", "b", "em", "i")
#: Inline elements that Markdown lacks and the sanitiser knows.
INLINE_HTML = ("sub", "sup", "mark", "kbd", "ins", "cite", "q", "small", "u", "var", "dfn", "ruby", "rt", "rp", "bdi")


def to_markdown(soup: BeautifulSoup, *, with_html: bool = True) -> str:
    """Takes the tree apart on the way; without HTML, what Markdown cannot say is said in plain words."""
    _tell_neighbours_apart(soup)
    soup.smooth()  # an empty string between two others would pass for the edge of the block
    converter = _Converter(heading_style=ATX, bullets="-", newline_style=BACKSLASH)
    converter.with_html = with_html
    text: str = converter.convert_soup(soup)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def _tell_neighbours_apart(soup: BeautifulSoup) -> None:
    """Two lists in a row are one list to Markdown, unless their bullets differ."""
    for listing in soup.find_all(["ul", "ol"]):
        before = listing.previous_sibling
        while before is not None and is_blank(before):
            before = before.previous_sibling
        if isinstance(before, Tag) and before.name == listing.name and not before.has_attr("data-other"):
            listing["data-other"] = ""


def _inline_html(name: str) -> Callable[["_Converter", Tag, str, Parents], str]:
    return lambda _converter, el, text, parent_tags: _tagged(el, text, parent_tags, name)


class _Converter(MarkdownConverter):
    with_html = True

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._numbers: dict[int, int] = {}
        self._begins_line = True

    def process_text(self, el: NavigableString, parent_tags: Parents | None = None) -> str:
        before = el.previous_sibling
        self._begins_line = before is None or (isinstance(before, Tag) and (before.name == "br" or is_block(before)))
        converted: str = super().process_text(el, parent_tags=parent_tags)  # type: ignore[misc]
        after = el.next_sibling
        would_be_image = converted.endswith("!") and isinstance(after, Tag) and after.name == "a"
        return f"{converted[:-1]}\\!" if would_be_image else converted

    def escape(self, text: str, parent_tags: Parents) -> str:
        in_table = "td" in parent_tags or "th" in parent_tags
        return escape_text(text, begins_line=self._begins_line, in_link="a" in parent_tags, in_table=in_table)

    def convert_soup(self, soup: BeautifulSoup) -> str:
        converted: str = super().convert_soup(soup)
        return converted

    def convert_p(self, el: Tag, text: str, parent_tags: Parents) -> str:
        text = trimmed(text)
        if "_inline" in parent_tags:
            return f" {text} "
        return f"\n\n{text}\n\n" if text else ""

    def convert_div(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return self.convert_p(el, text, parent_tags)

    convert_section = convert_article = convert_main = convert_header = convert_footer = convert_aside = convert_div
    convert_nav = convert_center = convert_address = convert_form = convert_fieldset = convert_hgroup = convert_div
    convert_figcaption = convert_dialog = convert_caption = convert_dt = convert_dd = convert_div

    def convert_br(self, el: Tag, text: str, parent_tags: Parents) -> str:
        if "td" in parent_tags or "th" in parent_tags:
            return "<br>"
        return " " if "_inline" in parent_tags else "\\\n"

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: Parents) -> str:
        if "_inline" in parent_tags:
            return text
        text = re.sub(r"\s+", " ", trimmed(text))
        return f"\n\n{'#' * min(max(n, 1), 6)} {text}\n\n" if text else ""

    def convert_b(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return self._emphasis(el, text, parent_tags, "**", "strong")

    def convert_i(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return self._emphasis(el, text, parent_tags, "*", "em")

    convert_strong = convert_b
    convert_em = convert_i

    def convert_s(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return self._emphasis(el, text, parent_tags, "~~", "s")

    convert_strike = convert_s

    def convert_del(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return _tagged(el, text, parent_tags, "del")

    def convert_code(self, el: Tag, text: str, parent_tags: Parents) -> str:
        if "_noformat" in parent_tags:
            return text
        span = code_span(el.get_text())
        return span.replace("|", r"\|") if "td" in parent_tags or "th" in parent_tags else span

    convert_samp = convert_tt = convert_code

    def convert_abbr(self, el: Tag, text: str, parent_tags: Parents) -> str:
        title = attribute(el, "title").replace('"', "&quot;")
        return _tagged(el, text, parent_tags, "abbr", f' title="{title}"' if title else "")

    convert_acronym = convert_abbr

    def convert_sup(self, el: Tag, text: str, parent_tags: Parents) -> str:
        number = attribute(el, "data-footnote")
        return f"[^{number}]" if number else _tagged(el, text, parent_tags, "sup")

    def convert_a(self, el: Tag, text: str, parent_tags: Parents) -> str:
        href = attribute(el, "href")
        if "_noformat" in parent_tags or not href:
            return text
        if "\n\n" in text.strip() or "<figure" in text:
            return f"{text.rstrip()}\n\n<{link_target(href).strip('<>')}>\n\n"
        before, text, after = chomped(trimmed(text, keep_spaces=True))
        if not text:
            return before or after
        title = attribute(el, "title")
        if el.get_text().strip() == href and not title and re.match(r"https?:", href) and "<" not in href:
            return f"{before}<{href}>{after}"
        return f"{before}[{text}]({link_target(href)}{link_title(title)}){after}"

    def convert_img(self, el: Tag, text: str, parent_tags: Parents) -> str:
        address = image_address(el)
        return image(address, attribute(el, "alt") or attribute(el, "title")) if address else ""

    def convert_pre(self, el: Tag, text: str, parent_tags: Parents) -> str:
        if self.with_html and el.find([*INLINE_HTML, *EMPHASIS, "a", "img", "abbr", "del", "s"]) is not None:
            inside = "".join(raw_html(child, is_verbatim=True) for child in el.children).replace("&#10;", "\n")
            return f"\n\n<pre>{inside.rstrip()}</pre>\n\n"
        for line_break in el.find_all("br"):
            line_break.replace_with(NavigableString("\n"))
        return f"\n\n{code_block(el.get_text(), language_of(el))}\n\n"

    def convert_blockquote(self, el: Tag, text: str, parent_tags: Parents) -> str:
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        if has_class(el, "pull"):
            return f"\n\n{raw_html(el).strip()}\n\n"
        text = text.strip("\n")
        if not text.strip():
            return "\n"
        if has_class(el, "callout") and self.with_html:
            text = f"[!NOTE]\n{text}"
        return "\n\n" + "\n".join(f"> {line}" if line else ">" for line in text.split("\n")) + "\n\n"

    def convert_li(self, el: Tag, text: str, parent_tags: Parents) -> str:
        text = trimmed(text.lstrip("\n")) or ""
        parent = el.parent
        other = parent is not None and parent.has_attr("data-other")
        if parent is not None and parent.name == "ol":
            start = attribute(parent, "start")
            first = int(start) if start.isdecimal() and len(start) < 9 else 1
            position = self._numbers.get(id(parent), first)
            self._numbers[id(parent)] = position + 1
            bullet = f"{position}{')' if other else '.'} "
        else:
            bullet = "* " if other else "- "
        indent = " " * len(bullet)
        lines = [indent + line if line else "" for line in text.split("\n")]
        return (bullet + "\n".join(lines).removeprefix(indent)).rstrip(" ") + "\n"

    def convert_list(self, el: Tag, text: str, parent_tags: Parents) -> str:
        if el.has_attr("reversed"):
            return f"\n\n{raw_html(el).strip()}\n\n"
        if "li" in parent_tags and "\n\n" not in text.strip():
            return "\n" + text.rstrip() + "\n"
        return f"\n\n{text.strip(chr(10))}\n\n"

    convert_ul = convert_ol = convert_menu = convert_list

    def convert_hr(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return "\n\n---\n\n"

    def convert_figure(self, el: Tag, text: str, parent_tags: Parents) -> str:
        pictures = figures(el)
        if pictures:
            return "\n\n" + "\n".join(pictures) + "\n\n"
        if el.find(["figcaption", "audio", "video", "figure"]) is None:
            return self.convert_p(el, text, parent_tags)
        return f"\n\n{raw_html(el).strip()}\n\n"

    def convert_audio(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return f"\n\n<figure>\n{raw_html(el).strip()}\n</figure>\n\n"

    convert_video = convert_audio

    def convert_dl(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return f"\n\n{raw_html(el).strip()}\n\n" if text.strip() else ""

    def convert_details(self, el: Tag, text: str, parent_tags: Parents) -> str:
        summary = el.find("summary", recursive=False)
        head = raw_html(summary).strip() if summary is not None else ""
        return f"\n\n<details>\n{head}\n\n{text.strip()}\n\n</details>\n\n"

    def convert_summary(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return ""

    def convert_table(self, el: Tag, text: str, parent_tags: Parents) -> str:
        if is_simple(el):
            return f"\n\n{text.strip()}\n\n"
        return f"\n\n{raw_html(el).strip()}\n\n"

    def convert_tr(self, el: Tag, text: str, parent_tags: Parents) -> str:
        line = f"|{text}\n"
        if el.find_previous("tr") is None or el.find_parent("table") is not table_of(el.find_previous("tr")):
            line += "|" + " --- |" * len(el.find_all(["td", "th"], recursive=False)) + "\n"
        return line

    def convert_td(self, el: Tag, text: str, parent_tags: Parents) -> str:
        text = re.sub(r"\s*\n\s*", " ", text).strip()
        is_row_header = el.name == "th" and has_rows_before(el) and text
        return f" **{text}** |" if is_row_header else f" {text} |"

    convert_th = convert_td

    def _emphasis(self, el: Tag, text: str, parent_tags: Parents, mark: str, name: str) -> str:
        """Asterisks where they surely work, tags beside letters and other asterisks, nothing around whole blocks."""
        if "_noformat" in parent_tags or "\n\n" in text.strip():
            return text
        before, text, after = chomped(text)
        if not text:
            return before + after
        left = "" if before else _edge(el.previous_sibling, -1)
        right = "" if after else _edge(el.next_sibling, 0)
        opens = left not in ("*", "~") and (not left.isalnum() or text[0].isalnum())
        closes = right not in ("*", "~") and (not right.isalnum() or text[-1].isalnum())
        if opens and closes:
            return f"{before}{mark}{text}{mark}{after}"
        return f"{before}<{name}>{text}</{name}>{after}" if self.with_html else before + text + after

    def convert_kbd(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return f"<kbd>{escape_text(el.get_text(), in_link=True)}</kbd>"

    convert_sub = _inline_html("sub")
    convert_mark = _inline_html("mark")
    convert_ins = _inline_html("ins")
    convert_cite = _inline_html("cite")
    convert_q = _inline_html("q")
    convert_small = _inline_html("small")
    convert_u = _inline_html("u")
    convert_var = _inline_html("var")
    convert_dfn = _inline_html("dfn")
    convert_ruby = _inline_html("ruby")
    convert_rt = _inline_html("rt")
    convert_rp = _inline_html("rp")
    convert_bdi = _inline_html("bdi")


def _edge(node: PageElement | None, side: int) -> str:
    """The character that a neighbour puts beside us."""
    if isinstance(node, Tag):
        if node.name in (*EMPHASIS, "s", "strike"):
            return "*"
        return node.get_text()[side:][:1] if side else node.get_text()[:1]
    text = str(node or "")
    return text[-1:] if side else text[:1]


def _tagged(el: Tag, text: str, parent_tags: Parents, name: str, attributes: str = "") -> str:
    if "_noformat" in parent_tags or "\n\n" in text.strip():
        return text
    before, text, after = chomped(text)
    return f"{before}<{name}{attributes}>{text}</{name}>{after}" if text else before + after
