"""JSON read as a stream, a value at a time, so that memory follows what is kept of a file and not the file."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from cms.core.errors import Invalid
from cms.core.i18n import _

CHUNK = 1 << 18
#: A fault so near the end of what was read may be a value that goes on.
TAIL = 16
_BLANK = re.compile(r"[ \t\n\r]*")


class Stream:
    """A cursor in a JSON text; `Invalid` with one sentence where it is broken, cut short or nested without end."""

    def __init__(self, file: TextIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._decoder = json.JSONDecoder(strict=False)
        self._buffer = ""
        self._at = 0

    def peek(self) -> str:
        """The character with which the next value or sign begins; empty at the end of the file."""
        while True:
            self._at = _BLANK.match(self._buffer, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._read_on():
                return ""

    def members(self) -> Iterator[str]:
        """The names in an object; whoever asks takes the value of each."""
        self._take("{")
        while self.peek() != "}":
            name = self.value()
            if not isinstance(name, str):
                raise self._broken()
            self._take(":")
            yield name
            self._separate("}")
        self._take("}")

    def elements(self) -> Iterator[None]:
        """Stops before every element of an array; whoever asks takes it."""
        self._take("[")
        while self.peek() != "]":
            yield
            self._separate("]")
        self._take("]")

    def value(self) -> Any:
        """The next value, whole."""
        if not self.peek():
            raise self._cut_short()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as fault:
                self._go_on_after(fault)
            except RecursionError as fault:
                raise Invalid(_("%(file)s is nested deeper than any export: refused.", file=self._path)) from fault
            except ValueError as fault:  # a number of thousands of digits
                raise self._broken() from fault
            else:
                if end < len(self._buffer) or not self._read_on():  # at its end, a number may go on
                    self._at = end
                    return value

    def _go_on_after(self, fault: json.JSONDecodeError) -> None:
        is_open = fault.msg.startswith("Unterminated string")
        if not is_open and fault.pos <= len(self._buffer) - TAIL:
            raise self._broken() from fault
        if not self._read_on():
            at_end = fault.pos >= len(self._buffer.rstrip())
            raise (self._cut_short() if is_open or at_end else self._broken()) from fault

    def _separate(self, closing: str) -> None:
        if self.peek() == ",":
            self._at += 1
            if self.peek() == closing:
                raise self._broken()
        elif self.peek() != closing:
            raise self._cut_short() if not self.peek() else self._broken()

    def _take(self, sign: str) -> None:
        found = self.peek()
        if found != sign:
            raise self._broken() if found else self._cut_short()
        self._at += 1

    def _read_on(self) -> bool:
        """Twice as much each time, so that a long value is not tried too often."""
        more = self._file.read(max(CHUNK, len(self._buffer) - self._at))
        if more:
            self._buffer = self._buffer[self._at :] + more
            self._at = 0
        return bool(more)

    def _broken(self) -> Invalid:
        return Invalid(_("%(file)s is not well-formed JSON: it is damaged or of another kind.", file=self._path))

    def _cut_short(self) -> Invalid:
        return Invalid(_("%(file)s ends in the middle: it was not saved whole.", file=self._path))
