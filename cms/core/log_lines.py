"""How an entry of the log looks: for people while developing, as JSON for programs on a public site.

Everything is logged by the standard library; structlog gives it its shape.
"""

import logging
from collections.abc import MutableMapping
from pathlib import Path
from textwrap import indent
from typing import Any

import structlog

from cms.core.log_files import LogFile
from cms.core.request_ids import request_id

Entry = MutableMapping[str, Any]

LONGEST_FOR_PEOPLE = 200
#: What an entry says below its first line, each line of it indented.
_BELOW = ("stack", "statements", "exception")


def handlers_of(file: Path | None, most_bytes: int, *, for_programs: bool) -> list[logging.Handler]:
    """To standard error, and to a file where one is named."""
    handlers = [logging.StreamHandler(), *([LogFile(file, most_bytes)] if file else [])]
    return [written_to(handler, for_programs=for_programs) for handler in handlers]


def written_to(handler: logging.Handler, *, for_programs: bool) -> logging.Handler:
    """The handler, writing as we do."""
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(_FOR_PROGRAMS if for_programs else _FOR_PEOPLE),
            ],
            foreign_pre_chain=_OF_EVERY_ENTRY,
        )
    )
    return handler


def _with_request(_logger: object, _method: str, entry: Entry) -> Entry:
    entry.setdefault("request_id", request_id.get() or "-")
    return entry


def _on_one_line(_logger: object, _method: str, entry: Entry) -> Entry:
    """Nothing that somebody sent begins a line, or moves the cursor of whoever reads: that would forge an entry."""
    below = [line for name in _BELOW if name in entry for line in _lines(entry.pop(name))]
    for name, value in entry.items():
        if isinstance(value, str):
            entry[name] = _printable(value)
    if below:
        entry["exception"] = indent("\n".join(map(_printable, below)), "    ", lambda _line: True)
    return entry


def _lines(said: str | list[Entry]) -> list[str]:
    """Of a trace, or of the statements of a slow request."""
    if isinstance(said, str):
        return said.splitlines()
    return [f"{each['times']} × in {each['ms']} ms: {each['statement'][:LONGEST_FOR_PEOPLE]}" for each in said]


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


_OF_EVERY_ENTRY: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _with_request,
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
]
_FOR_PEOPLE: list[Any] = [
    _on_one_line,
    structlog.dev.ConsoleRenderer(
        colors=False,
        sort_keys=False,
        pad_event_to=0,
        pad_level=False,
        exception_formatter=structlog.dev.plain_traceback,
    ),
]
_FOR_PROGRAMS: list[Any] = [
    structlog.processors.EventRenamer("message"),
    structlog.processors.JSONRenderer(sort_keys=True),  # which escapes all that is not plain ASCII
]
