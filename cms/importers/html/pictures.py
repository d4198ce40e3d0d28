"""Pictures as Markdown: the title of one is its caption, and several in a row are a gallery."""

import re

from bs4 import Tag

from cms.importers.html.text import escape_text, link_target, link_title
from cms.importers.html.tree import attribute, has_class, image_address, is_blank


def image(address: str, alt: str, caption: str = "") -> str:
    shown = re.sub(r"\s+", " ", escape_text(alt, in_link=True)).strip()
    return f"![{shown}]({link_target(address)}{link_title(caption)})"


def figures(figure: Tag) -> list[str]:
    """A line for each picture of a figure or gallery; none where a caption has markup or there is more to it."""
    parts = figure.find_all("figure", recursive=False) if has_class(figure, "gallery") else [figure]
    if figure not in parts and figure.find("figcaption", recursive=False) is not None:
        return []
    lines = [_line(part) for part in parts]
    return [line for line in lines if line] if all(lines) else []


def _line(figure: Tag) -> str:
    children = [child for child in figure.children if not is_blank(child)]
    pictures = [child for child in children if isinstance(child, Tag) and child.name in ("img", "a")]
    captions = [child for child in children if isinstance(child, Tag) and child.name == "figcaption"]
    if len(pictures) != 1 or len(captions) > 1 or len(pictures) + len(captions) != len(children):
        return ""
    if any(caption.find(True) is not None for caption in captions):
        return ""
    return _picture(pictures[0], captions[0].get_text() if captions else "")


def _picture(tag: Tag, caption: str) -> str:
    """An image, or a link around nothing but one."""
    if tag.name == "img":
        address = image_address(tag)
        return image(address, attribute(tag, "alt") or attribute(tag, "title"), caption) if address else ""
    inside = [child for child in tag.children if not is_blank(child)]
    href = attribute(tag, "href")
    if len(inside) != 1 or not isinstance(inside[0], Tag) or inside[0].name != "img" or not href:
        return ""
    picture = _picture(inside[0], caption)
    return f"[{picture}]({link_target(href)})" if picture else ""
