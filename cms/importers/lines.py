"""Text for a field of one line."""

import re

from cms.core.text import printable

#: Not the blanks that hold words together, nor those of other widths: somebody chose them.
_BREAK = re.compile(r"[ \t\n\r\f\v\x1c-\x1f\x85\u2028\u2029]+")


def one_line(text: str) -> str:
    return _BREAK.sub(" ", printable(text)).strip()
