"""A comment's HTML as the little Markdown that comments are shown with: no headings, no tables, no pictures."""

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment

from cms.importers.html.paragraphs import make_paragraphs
from cms.importers.html.reshape import polish
from cms.importers.html.to_markdown import to_markdown
from cms.importers.html.tree import attribute, image_address, is_blank, tree
from cms.importers.library import file_name
from cms.importers.parsed import Notebook

SHOWN = frozenset("a blockquote br code del em i b strong s strike li ol p pre ul".split())
HEADS = frozenset("h1 h2 h3 h4 h5 h6 dt caption summary legend".split())
LINES = frozenset("dd div section article address figcaption center".split())
CELLS = frozenset({"td", "th"})


def to_remark(source: str) -> str:
    """The words all stay; what no comment may hold becomes bold lines, plain lines and links."""
    soup = tree(source)
    for comment in [node for node in soup.descendants if isinstance(node, Comment)]:
        comment.extract()
    make_paragraphs(soup, line_breaks=True)
    _simplify(soup)
    make_paragraphs(soup, line_breaks=False)
    polish(soup, Notebook())
    return to_markdown(soup, with_html=False)


def _simplify(soup: BeautifulSoup) -> None:
    for tag in soup.find_all(True):
        tag.attrs.pop("reversed", None)
        if tag.name == "img":
            address = image_address(tag)
            link = soup.new_tag("a", href=address, string=attribute(tag, "alt") or file_name(address) or address)
            tag.replace_with(link)
        elif tag.name == "del":
            tag.name = "s"
        elif tag.name == "tr":
            _join_cells(soup, tag)
        elif tag.name in HEADS:
            tag.name = "strong"
            tag.wrap(soup.new_tag("p"))
        elif tag.name in LINES:
            tag.name = "p" if tag.find(["p", "ul", "ol", "blockquote", "pre"]) is None else "div"
        elif tag.name not in SHOWN:
            tag.unwrap()
    for tag in soup.find_all(["div", "p"]):
        if tag.name == "div" or tag.find("p") is not None:
            tag.unwrap()


def _join_cells(soup: BeautifulSoup, row: Tag) -> None:
    """A row is a line with a dot between its cells."""
    line = soup.new_tag("p")
    for cell in row.find_all(list(CELLS), recursive=False):
        if not is_blank(cell):
            line.extend([" · "] if line.contents else [])
            line.extend(list(cell.contents))
    row.replace_with(line)
