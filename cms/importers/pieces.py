"""Markdown in pieces: what is code is left as it is by everything that changes a text."""

import re
from itertools import groupby

from markdown_it import MarkdownIt


def pieces(text: str) -> list[tuple[bool, str]]:
    """The text in order, as (whether it is a block of code, part)."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    is_code = [False] * len(lines)
    for token in MarkdownIt("commonmark").parse(text):
        if token.type in ("fence", "code_block") and token.map is not None:
            first, end = token.map
            is_code[first:end] = [True] * (min(end, len(lines)) - first)
    numbered = groupby(range(len(lines)), lambda number: is_code[number])
    return [(code, "".join(lines[number] for number in group)) for code, group in numbered]
