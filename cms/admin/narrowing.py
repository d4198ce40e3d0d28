"""What a list is narrowed to: read from the address or typed into the search box, made into conditions and chips.

One filter with several values means "one of these", a value after `!` means "not this one"; different filters must
all fit, or any of them with `match=any`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from cms.admin.filters import LONGEST, NOT, Filter, Ids, options_of, related_options
from cms.core.i18n import COMMAS, _

MOST_VALUES = 12
#: A filter with no more options than this shows them all, each to be ticked.
FEW_OPTIONS = 8
#: Filter → its values, in the order in which they were asked for.
Values = Mapping[str, tuple[str, ...]]
_ONE = rf'(?:"[^"]*"|[^\s"{COMMAS}]+)'
_TERM = re.compile(rf"(?<!\S)(-?)(\w+):({_ONE}(?:[{COMMAS}]{_ONE})*)(?!\S)")
_VALUE = re.compile(rf'"([^"]*)"|([^"{COMMAS}]+)')


@dataclass(frozen=True)
class Chip:
    """One thing that the list is narrowed to, and the address of the list without it."""

    label: str
    remove: str


@dataclass(frozen=True)
class Control:
    """A filter with its values, ready to print."""

    filter: Filter
    values: tuple[str, ...]
    options: dict[str, str]
    chips: list[Chip]

    @property
    def is_ticked(self) -> bool:
        """Whether its options are few enough to tick several."""
        return self.filter.kind == "choice" and len(self.options) <= FEW_OPTIONS

    @property
    def value(self) -> str:
        """What a control with room for one value shows."""
        return next((value for value in self.values if not value.startswith(NOT)), "")

    @property
    def kept(self) -> list[str]:
        """Values that the control has no room for, which its form must not lose."""
        shown = set(self.options) if self.is_ticked else {self.value}
        return [value for value in self.values if value not in shown]


def read(args: MultiDict[str, str], filters: Iterable[Filter]) -> Values:
    """The values of the address, each once; it never raises, whatever stands there."""
    found = {one.name: _bounded(args.getlist(one.name)) for one in filters}
    return {name: values for name, values in found.items() if values}


def split(text: str, filters: Iterable[Filter]) -> tuple[str, Values]:
    """Part `status:draft,published -author:me "exact words"` into words to look for and values of filters.

    What begins like a filter and is none of this list's is looked for as it stands.
    """
    by_word = {one.word or one.name: one for one in filters}
    found: dict[str, tuple[str, ...]] = {}

    def take(match: re.Match[str]) -> str:
        minus, word, values = match.groups()
        chosen = by_word.get(word.casefold())
        if chosen is None:
            return match[0]
        sign = NOT if minus else ""
        asked = [sign + chosen.understood(quoted or plain) for quoted, plain in _VALUE.findall(values)]
        found[chosen.name] = _bounded([*found.get(chosen.name, ()), *asked])
        return " "

    words = _TERM.sub(take, text)
    return " ".join(words.split()), found


def merged(values: Values, more: Values) -> Values:
    """Both, filter by filter."""
    return {name: _bounded([*values.get(name, ()), *more.get(name, ())]) for name in [*values, *more]}


def conditions(filters: Sequence[Filter], values: Values, *, any_of: bool = False) -> list[ColumnElement[bool]]:
    """What a row must fulfil; empty where nothing was asked for."""
    by_name = {one.name: one for one in filters}
    each = [_condition(by_name[name], wanted) for name, wanted in values.items()]
    return [or_(*each)] if any_of and each else each


@dataclass(frozen=True)
class Leading:
    """Ids to begin with, and what is left to ask of the rows that have them."""

    ids: Ids
    left: Values


def leading(filters: Sequence[Filter], values: Values) -> Leading | None:
    """From the first filter that was given one value and has the ids of what fits in an index."""
    by_name = {one.name: one for one in filters}
    for name, wanted in values.items():
        chosen = by_name[name]
        if len(wanted) > 1 or wanted[0].startswith(NOT) or (ids := chosen.fitting(wanted[0])) is None:
            continue
        settled = {name} if chosen.ids_fit else set()
        return Leading(ids, {one: others for one, others in values.items() if one not in settled})
    return None


def controls(
    session: Session, filters: Sequence[Filter], values: Values, link: Callable[[Values], str]
) -> list[Control]:
    """Every filter with its options; `link` gives the address of the list with other values."""
    related = related_options(session, filters)
    return [_control(one, values, options_of(one, related), link) for one in filters]


def _condition(chosen: Filter, values: tuple[str, ...]) -> ColumnElement[bool]:
    wanted = [chosen.condition(value) for value in values if not value.startswith(NOT)]
    unwanted = [~chosen.condition(value.removeprefix(NOT)) for value in values if value.startswith(NOT)]
    return and_(*([or_(*wanted)] if wanted else []), *unwanted)


def _control(chosen: Filter, values: Values, options: dict[str, str], link: Callable[[Values], str]) -> Control:
    own = values.get(chosen.name, ())
    chips = [Chip(_said(chosen, value, options), link(_without(values, chosen.name, value))) for value in own]
    return Control(chosen, own, options, chips)


def _said(chosen: Filter, value: str, options: dict[str, str]) -> str:
    said = chosen.said(value.removeprefix(NOT), options)
    if value.startswith(NOT):
        return _("%(filter)s: not %(value)s", filter=_(chosen.label), value=said)
    return _("%(filter)s: %(value)s", filter=_(chosen.label), value=said)


def _without(values: Values, name: str, value: str) -> Values:
    rest = tuple(one for one in values[name] if one != value)
    return {one: rest if one == name else others for one, others in values.items() if one != name or rest}


def _bounded(values: Iterable[str]) -> tuple[str, ...]:
    clean = (value.strip()[:LONGEST] for value in values)
    return tuple(dict.fromkeys(value for value in clean if value.strip(NOT)))[:MOST_VALUES]
