"""Which tables Markdown can say, and where a cell stands in one."""

from bs4 import Tag
from bs4.element import PageElement

BLOCKS_IN_CELLS = "ul ol pre figure blockquote dl h1 h2 h3 h4 h5 h6 hr details".split()


def table_of(row: PageElement | None) -> Tag | None:
    return row.find_parent("table") if isinstance(row, Tag) else None


def has_rows_before(cell: Tag) -> bool:
    row = cell.find_parent("tr")
    return row is not None and table_of(row.find_previous("tr")) is row.find_parent("table")


def is_simple(table: Tag) -> bool:
    """Whether a Markdown table can say it: one head row, equal rows, and nothing but lines of text in the cells."""
    rows = table.find_all("tr")
    if not rows or table.find(["caption", "tfoot", "table"]) is not None:
        return False
    widths = {len(row.find_all(["td", "th"], recursive=False)) for row in rows}
    if len(widths) != 1 or 0 in widths or rows[0].find("td") is not None:
        return False
    cells = table.find_all(["td", "th"])
    return not any(
        cell.has_attr("colspan")
        or cell.has_attr("rowspan")
        or len(cell.find_all("p")) > 1
        or cell.find(BLOCKS_IN_CELLS)
        for cell in cells
    )
