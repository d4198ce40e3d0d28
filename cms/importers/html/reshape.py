"""One shape for what twenty years of editors and plugins wrote in many: figures, galleries, quotes, embeds."""

import re

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

from cms.core.i18n import _
from cms.importers.html.tree import (
    attribute,
    background_address,
    has_class,
    image_address,
    is_blank,
    is_block,
    is_inside,
)
from cms.importers.library import link_html
from cms.importers.parsed import Notebook

WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
STYLED = re.compile(
    r"(?:^|\s)(?:align(?:left|right|center|wide|full)|has-[\w-]+-(?:color|font-size|align-\w+)|has-drop-cap)"
)
GALLERIES = [
    "ul.wp-block-gallery",
    "figure.wp-block-gallery",
    "ul.blocks-gallery-grid",
    "div.gallery",
    "div.tiled-gallery",
    "figure.kg-gallery-card",
]
FRAMES = {"iframe": "src", "object": "data", "embed": "src"}
CONTROLS = ("input", "textarea", "select", "button", "option")
SAME = (("strong", "b"), ("em", "i"), ("small",), ("big",), ("u",), ("s", "strike", "del"))


def reshape(soup: BeautifulSoup, notebook: Notebook) -> None:
    """Before paragraphs are made: what is a block becomes a plain block."""
    for act in (_note_styles, _show_covers, _unfold_embeds, _link_frames, _drop_controls):
        act(soup, notebook)
    _gather_galleries(soup)
    _unwrap_old_captions(soup)
    _settle_quotes(soup)
    _unfold_verses(soup)
    _space_files(soup)
    _set_listings(soup)
    _flatten_doubles(soup)


def polish(soup: BeautifulSoup, notebook: Notebook) -> None:
    """After paragraphs were made: no empty ones, no idle line breaks, and each bare address a link."""
    _link_bare_addresses(soup, notebook)
    _free_images(soup)
    for line_break in soup.find_all("br"):
        if line_break.find_parent("pre") is None and (_at_edge(line_break, "previous") or _at_edge(line_break, "next")):
            line_break.decompose()
    for tag in reversed(soup.find_all(("p div li ul ol dl figure h1 h2 h3 h4 h5 h6").split())):
        if is_blank(tag):
            tag.decompose()


def _note_styles(soup: BeautifulSoup, notebook: Notebook) -> None:
    for tag in soup.find_all(True):
        styled = STYLED.search(attribute(tag, "class")) or re.search(
            r"color|font|text-align|float|width|padding|margin", attribute(tag, "style")
        )
        if styled or tag.name in ("font", "center"):
            notebook.changed(_("colour, size or alignment"), _("The look comes from the site's theme."))


def _replace(tag: Tag, html: str) -> None:
    for node in list(BeautifulSoup(html, "html.parser").contents):
        tag.insert_before(node)
    tag.decompose()


def _show_covers(soup: BeautifulSoup, notebook: Notebook) -> None:
    """A cover shows text over a picture: the picture comes first, then the text."""
    for cover in soup.select(".wp-block-cover, .wp-block-cover-image"):
        for tag in [cover, *cover.find_all(True)]:
            address = background_address(tag)
            if address:
                image = soup.new_tag("img", src=address, alt=attribute(tag, "aria-label"))
                (cover.insert(0, image) if tag is cover else tag.insert_before(image))
        for image in cover.find_all(["img", "video"], recursive=False):
            _become_figure(soup, image)


def _become_figure(soup: BeautifulSoup, tag: Tag) -> None:
    figure = soup.new_tag("figure")
    tag.wrap(figure)
    if tag.name == "video":
        tag["controls"] = ""


def _unfold_embeds(soup: BeautifulSoup, notebook: Notebook) -> None:
    for figure in soup.select("figure.wp-block-embed, figure[class*=wp-block-embed-]"):
        wrapper = figure.select_one(".wp-block-embed__wrapper")
        address = WEB_ADDRESS.fullmatch(wrapper.get_text().strip()) if wrapper is not None else None
        if wrapper is not None and address is not None:
            notebook.changed(_("embedded content"), _("Nothing is loaded from other sites: it became a link."))
            _replace(wrapper, link_html(address[0]))


def _link_frames(soup: BeautifulSoup, notebook: Notebook) -> None:
    for tag in soup.find_all(list(FRAMES)):
        if has_class(tag, "wp-block-file__embed") or tag.parent is None:
            tag.decompose()
            continue
        address = attribute(tag, FRAMES[tag.name])
        address = f"https:{address}" if address.startswith("//") else address
        if WEB_ADDRESS.fullmatch(address):
            notebook.changed(_("a frame of another site"), _("Nothing is loaded from other sites: it became a link."))
            _replace(tag, f"<p>{link_html(address, attribute(tag, 'title'))}</p>")
        else:
            notebook.left_out(f"<{tag.name}>", _("It names no address on the web."))
            tag.unwrap()


def _drop_controls(soup: BeautifulSoup, notebook: Notebook) -> None:
    if soup.find("form") is not None or soup.find(list(CONTROLS)) is not None:
        notebook.left_out(
            _("a form"), _("Forms of other systems cannot work here: the text around its fields was kept.")
        )
    for tag in soup.find_all(["input"]):
        value = attribute(tag, "value") if attribute(tag, "type") in ("submit", "button", "reset") else ""
        tag.replace_with(NavigableString(f" {value} " if value else ""))
    for tag in soup.find_all(["textarea", "select", "button", "option", "label", "legend"]):
        tag.append(" ")
        tag.unwrap()


def _gather_galleries(soup: BeautifulSoup) -> None:
    """Lists, nested figures and table-like galleries all become a figure of figures."""
    for gallery in soup.select(", ".join(GALLERIES)):
        if gallery.parent is None or gallery.find_parent("figure", class_="gallery") is not None:
            continue
        gathered = soup.new_tag("figure", attrs={"class": "gallery"})
        gallery.insert_before(gathered)
        for image in gallery.find_all("img"):
            picture = image.parent if image.parent is not None and image.parent.name == "a" else image
            around = picture.find_parent(["figure", "li", "dl"])
            own = around.find(["figcaption", "dd"]) if around is not None and around is not gallery else None
            figure = soup.new_tag("figure")
            figure.append(picture.extract())
            if own is not None:
                own.name = "figcaption"
                figure.append(own.extract())
            gathered.append(figure)
        for left in gallery.find_all("figcaption"):
            gathered.append(left.extract())
        if is_blank(gallery):
            gallery.decompose()


def _unwrap_old_captions(soup: BeautifulSoup) -> None:
    """`div.wp-caption` and `dl.wp-caption`, as WordPress wrote them before it had figures."""
    for holder in soup.select("div.wp-caption, dl.wp-caption"):
        caption = holder.select_one(".wp-caption-text, .wp-caption-dd")
        if caption is not None:
            caption.name = "figcaption"
        for term in holder.find_all("dt"):
            term.unwrap()
        holder.name = "figure"


def _settle_quotes(soup: BeautifulSoup) -> None:
    for figure in soup.find_all("figure"):
        quote = figure.find("blockquote")
        if quote is not None:
            for caption in figure.find_all("figcaption", recursive=False):
                caption.name = "p"
            if has_class(figure, "wp-block-pullquote"):
                quote["class"] = "pull"
            figure.unwrap()
    for cite in soup.select("blockquote > cite, blockquote > footer, blockquote > figcaption"):
        cite.name = "cite"
        cite.wrap(soup.new_tag("p"))


def _unfold_verses(soup: BeautifulSoup) -> None:
    """Verse keeps its lines and its indents, in the type of the text."""
    for verse in soup.select("pre.wp-block-verse"):
        verse.name = "div"
        for text in list(verse.find_all(string=True)):
            lines = re.sub(r"(?m)^ +| {2,}", lambda found: "\xa0" * len(found[0]), str(text)).split("\n")
            pieces: list[PageElement] = []
            for number, line in enumerate(lines):
                pieces += [soup.new_tag("br")] if number else []
                pieces.append(NavigableString(line))
            text.replace_with(*pieces)


def _space_files(soup: BeautifulSoup) -> None:
    for button in soup.select(".wp-block-file a + a"):
        button.insert_before(" ")
    for button in soup.select(".wp-block-button"):
        button.name = "p"


def _set_listings(soup: BeautifulSoup) -> None:
    """Code of several lines is a listing, even where its writer forgot the `<pre>`."""
    for code in soup.find_all("code"):
        if "\n" in code.get_text().strip() and code.find_parent("pre") is None:
            code.wrap(soup.new_tag("pre"))


def _flatten_doubles(soup: BeautifulSoup) -> None:
    """`<strong>bold<strong> text.</strong></strong>` says it once."""
    for names in SAME:
        for tag in soup.find_all(list(names)):
            if is_inside(tag, set(names)):
                tag.unwrap()


def _link_bare_addresses(soup: BeautifulSoup, notebook: Notebook) -> None:
    """An address alone on its line is what WordPress embeds."""
    for paragraph in soup.find_all("p"):
        text = paragraph.get_text().strip()
        if WEB_ADDRESS.fullmatch(text) and paragraph.find(True) is None:
            notebook.changed(_("embedded content"), _("Nothing is loaded from other sites: it became a link."))
            paragraph.clear()
            paragraph.append(soup.new_tag("a", href=text, string=text))


def _free_images(soup: BeautifulSoup) -> None:
    """An image that stands at the edge of a paragraph, floated by the old theme, gets a place of its own."""
    for paragraph in soup.find_all("p"):
        for image in paragraph.find_all("img"):
            around = image.parent if image.parent is not None and image.parent.name == "a" else image
            if (
                around.parent is not paragraph
                or not STYLED.search(attribute(image, "class"))
                or not image_address(image)
            ):
                continue
            if _at_edge(around, "previous") and not _at_edge(around, "next"):
                paragraph.insert_before(around.extract())
                around.wrap(soup.new_tag("p"))


def _at_edge(node: Tag, side: str) -> bool:
    """Whether nothing visible lies between a node and that edge of its block."""
    here: Tag | None = node
    while here is not None and (here is node or not is_block(here)):
        siblings = here.previous_siblings if side == "previous" else here.next_siblings
        for sibling in siblings:
            if not is_blank(sibling) or is_block(sibling):
                return is_block(sibling)
        here = here.parent
    return True
