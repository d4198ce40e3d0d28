"""Tables, as far as they are bounded: the parser pads rows, so that few characters can ask for millions of cells."""

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table


def bound_tables(parser: MarkdownIt, most: int) -> None:
    """Leave tables the text that they are once those of one text have so many cells in all."""

    def bounded(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if "lacks_tables" in state.env:
            return False
        if silent or not _could_begin(state, start, end):
            return table(state, start, end, silent)
        cells = state.env.get("cells", 0) + _cells(state, start, end, most)
        if cells > most:
            state.env["lacks_tables"] = True
            return False
        found = table(state, start, end, silent)
        if found:
            state.env["cells"] = cells
        return found

    parser.block.ruler.at("table", bounded, {"alt": ["paragraph", "reference"]})


def _could_begin(state: StateBlock, start: int, end: int) -> bool:
    """Whether the line below may be the one between the head and the rows."""
    return start + 1 < end and _line(state, start + 1).strip(" \t|:-") == "" and "-" in _line(state, start + 1)


def _cells(state: StateBlock, start: int, end: int, most: int) -> int:
    """At most as many as there are columns in every line up to the next empty one."""
    columns = _line(state, start + 1).strip(" \t|").count("|") + 1
    rows = 1
    while start + rows + 1 < end and rows * columns <= most and not state.isEmpty(start + rows + 1):
        rows += 1
    return rows * columns


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]
