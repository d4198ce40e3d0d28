"""The head of a Markdown file: YAML between `---` lines or TOML between `+++` lines, read as plain strings.

Nothing is guessed from the look of a value: `no`, `2020` and `1.10` stay the words that were written, and each field
is read as what it is for.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

import yaml

from cms.core.calendar import is_within_calendar
from cms.core.errors import Invalid
from cms.core.i18n import _
from cms.importers.lines import one_line

HEAD = re.compile(
    r"\A\s*(?P<mark>---|\+\+\+)[ \t]*\n(?P<head>.*?)^(?:(?P=mark)|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
LONGEST_HEAD = 100_000
#: The first line of the head of what `export` wrote: such a text is taken as it is.
OURS = "copydesk: 1"
EMPTY = frozenset({"", "~", "null", "none", "nil"})
TRUE = frozenset({"true", "yes", "on", "1"})
FALSE = frozenset({"false", "no", "off", "0"})
DATE_FORMATS = ("%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y", "%Y/%m/%d", "%d.%m.%Y")
PERSON = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<email>[^<>\s]+@[^<>\s]+)>")


class _Plain(yaml.BaseLoader):
    """Every scalar a string, but for a bare `null`, and no aliases: with them a few lines can stand for gigabytes."""

    def construct_scalar(self, node: yaml.ScalarNode) -> str | None:  # type: ignore[override]
        is_bare = node.style is None
        return None if is_bare and node.value.strip().casefold() in EMPTY else str(node.value)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError(_("it has an alias"))
        node: yaml.Node | None = super().compose_node(parent, index)
        return node


class Head:
    """Questions to a front matter; the first of several names that has a value answers."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values
        self._asked: set[str] = set()

    def text(self, *names: str) -> str:
        value = self._first(names)
        return one_line(value) if isinstance(value, str) else ""

    def flag(self, *names: str) -> bool | None:
        value = self.text(*names).casefold()
        return True if value in TRUE else False if value in FALSE else None

    def number(self, *names: str) -> int:
        """0 where none is said."""
        value = self.text(*names)
        return int(value) if value.isdecimal() and len(value) < 10 else 0

    def words(self, *names: str) -> list[str]:
        """A list, `one, two`, or (as Jekyll reads tags) `one two`; nested lists in order."""
        value = self._first(names)
        if isinstance(value, str):
            return [word for word in map(str.strip, re.split(r"," if "," in value else r"\s+", value)) if word]
        return [word for word in map(str.strip, _strings(value)) if word]

    def part(self, name: str, *inner: str) -> str:
        """A value inside a value, such as `image: {path: …, alt: …}`."""
        value = self._first((name,))
        if not isinstance(value, dict):
            return ""
        return Head(value).text(*inner)

    def moment(self, zone: tzinfo, *names: str) -> datetime | None:
        """UTC; a time without a zone is the site's, a day begins at midnight there. Invalid where it is no date."""
        text = self.text(*names)
        return _moment(text, zone) if text else None

    def people(self, *names: str) -> Iterator[tuple[str, str, str]]:
        """(login, name, e-mail) of each author, however they were written down; what is not said is empty."""
        value = self._first(names)
        for person in value if isinstance(value, list) else [value]:
            if isinstance(person, dict):
                told = Head(person)
                yield told.text("username", "login"), told.text("name"), told.text("email")
            elif isinstance(person, str) and person.strip():
                found = PERSON.fullmatch(person.strip())
                yield ("", found["name"], found["email"]) if found else ("", person.strip(), "")

    def paths(self, name: str) -> list[list[str]]:
        """A list of lists, each from the top down."""
        value = self._first((name,))
        return [list(_strings(inner)) for inner in value] if isinstance(value, list) else []

    def unasked(self) -> list[str]:
        """The names nobody asked about."""
        return sorted(set(self._values) - self._asked)

    def _first(self, names: tuple[str, ...]) -> Any:
        self._asked.update(names)
        for name in names:
            value = self._values.get(name)
            if value is not None and not (isinstance(value, str) and not value.strip()):
                return value
        return None


def is_ours(text: str) -> bool:
    return text.startswith(f"---\n{OURS}\n")


def split(text: str, name: str) -> tuple[Head | None, str]:
    """The head (None where there is none) and the body; `name` of the file is for the message of a broken one."""
    found = HEAD.match(text)
    if found is None:
        return None, text
    if len(found["head"]) > LONGEST_HEAD:
        raise Invalid(_("%(file)s: its front matter is too long.", file=name))
    try:
        values = tomllib.loads(found["head"]) if found["mark"] == "+++" else yaml.load(found["head"], _Plain)  # noqa: S506
    except (yaml.YAMLError, tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise Invalid(_("%(file)s: its front matter cannot be read: %(why)s", file=name, why=_why(error))) from error
    if values is None or values == "":
        values = {}
    if not isinstance(values, dict):
        raise Invalid(_("%(file)s: its front matter must be names and values.", file=name))
    return Head(_plain(values)), text[found.end() :]


def _why(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return _("line %(line)s: %(problem)s.", line=error.problem_mark.line + 2, problem=error.problem)
    return f"{str(error).splitlines()[0] if str(error) else type(error).__name__}."


def _plain(value: Any) -> Any:
    """TOML's own types as the strings that YAML gives here."""
    if value is None:
        return None
    if isinstance(value, dict):
        return {str(key).casefold(): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _moment(text: str, zone: tzinfo) -> datetime:
    # "2025-11-12 00:01:00 +05:30": a blank before the zone is YAML's, not ISO's
    compact = re.sub(r"\s+(?=[+-]\d\d:?\d\d$|Z$)", "", text)
    moment: datetime | None = None
    try:
        moment = datetime.fromisoformat(compact)
    except ValueError:
        for form in DATE_FORMATS:
            try:
                moment = datetime.strptime(text, form)
            except ValueError:
                continue
            break
    if moment is None or not is_within_calendar(moment):
        raise Invalid(_("“%(text)s” is not a date.", text=text[:40]))
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
