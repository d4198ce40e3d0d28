"""Footnotes as Ghost's Markdown cards write them: a number that leads to the end of the text, and back."""

from bs4 import BeautifulSoup

from cms.importers.html.to_markdown import to_markdown
from cms.importers.html.tree import attribute


def number_footnotes(soup: BeautifulSoup) -> str:
    """They leave the tree and become Markdown's own."""
    written: list[str] = []
    numbers: dict[str, int] = {}
    for section in soup.select("section.footnotes"):
        for note in section.select("li[id]"):
            for back in note.select("a.footnote-backref"):
                back.decompose()
            holder = BeautifulSoup("", "html.parser")
            holder.extend(list(note.contents))
            numbers[attribute(note, "id")] = len(numbers) + 1
            written.append(f"[^{len(numbers)}]: " + to_markdown(holder).replace("\n", "\n    "))
        section.decompose()
    for mark in soup.select("sup.footnote-ref"):
        link = mark.find("a")
        number = numbers.get(attribute(link, "href").removeprefix("#")) if link is not None else None
        if number is not None:
            mark["data-footnote"] = str(number)
    for line in soup.select("hr.footnotes-sep") if written else ():
        line.decompose()
    return "\n\n".join(written)
