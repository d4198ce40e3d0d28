"""What Ghost's cards say, as plain HTML: the same whether a card comes as HTML or as its settings."""

import html
import re
from collections.abc import Iterable

from cms.importers.library import figure_html, link_html, player_html


def paragraph(inside: str) -> str:
    return f"<p>{inside}</p>" if inside.strip() else ""


def lines(texts: Iterable[str]) -> str:
    """Plain texts, a paragraph each."""
    return "".join(paragraph(html.escape(text)) for text in texts)


def inline(inside: str) -> str:
    """One line of text, without the paragraph that newer versions put around it."""
    return re.sub(r"</?p\b[^<>]*>", " ", inside).strip() if inside.count("<p") == 1 else inside


def heading(level: int, inside: str) -> str:
    return f"<h{level}>{inline(inside)}</h{level}>" if inside.strip() else ""


def captioned(inside: str, caption: str) -> str:
    """What is no picture has its caption below it, as a paragraph."""
    return inside + paragraph(caption)


def picture(source: str, alt: str = "", title: str = "", link: str = "") -> str:
    shown = f'<img src="{html.escape(source)}" alt="{html.escape(alt)}" title="{html.escape(title)}">'
    return f'<a href="{html.escape(link)}">{shown}</a>' if link else shown


def gallery(pictures: Iterable[str], caption: str) -> str:
    return figure_html("".join(f"<figure>{shown}</figure>" for shown in pictures), caption, gallery=True)


def bookmark(url: str, title: str, about: Iterable[str], caption: str) -> str:
    return captioned(f"<blockquote>{paragraph(link_html(url, title))}{lines(about)}</blockquote>", caption)


def callout(emoji: str, inside: str) -> str:
    return f'<blockquote class="callout">{html.escape(emoji)} {inline(inside)}</blockquote>'


def toggle(head: str, inside: str) -> str:
    return f"<details><summary>{inline(head)}</summary>{inside}</details>"


def button(url: str, label: str) -> str:
    return paragraph(link_html(url, label)) if url else lines([label])


def file(url: str, title: str, about: str) -> str:
    return paragraph(link_html(url, title)) + lines([about])


def player(kind: str, url: str, title: str, caption: str) -> str:
    return lines([title]) + figure_html(player_html(kind, url), caption)


def listing(code: str, language: str, caption: str) -> str:
    name = f' class="language-{html.escape(language)}"' if language else ""
    return captioned(f"<pre><code{name}>{html.escape(code)}</code></pre>", caption)
