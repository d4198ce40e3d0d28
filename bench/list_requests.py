"""What can be asked of a list, found by looking at the views: a new column, sort or filter is measured by itself."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from bench.furniture import RARE
from tests.browser import Browser

#: Areas with as many rows as were asked for; the others stand beside them.
GROWING = ("posts", "comments", "media")
AREAS = (*GROWING, "pages", "tags", "users")
FREQUENT, ABSENT = "harbour", "zyzzyva"
#: Pages that are no list of one table, and how many questions each may ask.
OTHERS = {"": 20, "activity": 15, "trash": 15, "moderation": 10, "palette": 20}
#: Of the rows of another table, these many are asked for: the first, one in the middle, the last.
FEW = 3
#: Words for filters that take any text; others get the frequent word.
WORDS = {("comments", "author"): "Agnes Holm"}


@dataclass(frozen=True)
class Request:
    """`label` is the same at every size, though ids in the address may differ."""

    area: str
    label: str
    url: str

    most_queries: int = 10

    @property
    def is_frequent_search(self) -> bool:
        return self.label == f"search {FREQUENT}"


def requests(app: Flask, owner: Browser) -> Iterator[Request]:
    """Of every area that is measured."""
    for view in views(app):
        yield from _of_view(view, owner)
    yield from _of_others()


def views(app: Flask) -> list[Any]:
    """The model views of these areas, in their order."""
    every = {getattr(view, "area", None): view for admin in app.extensions["admin"] for view in admin._views}
    return [every[area] for area in AREAS]


def _of_view(view: Any, owner: Browser) -> Iterator[Request]:
    page = owner.get(_address(view)).get_data(as_text=True)
    yield _request(view, "first page")
    sorts = [column.name for column in view.columns if column.sort is not None]
    for sort in (wanted for name in sorts for wanted in (name, f"-{name}")):
        yield _request(view, f"sort {sort}", sort=sort)
        yield from _last_page(view, sort, owner)
    if view.search_index or view.search_columns:
        for word in (FREQUENT, RARE, ABSENT):
            yield _request(view, f"search {word}", search=word)
    offered = _offered(page)
    for one in view.filters:
        values = list(_values(view.area, one, offered.get(one.name, [])))
        if not values and view.area in GROWING:
            raise RuntimeError(f"The list of {view.area} offers nothing to choose for {one.name}.")
        for label, value in values:
            yield _request(view, f"{one.name} {label}", **{one.name: value})


def _of_others() -> Iterator[Request]:
    """Today, the record, the trash, the desk and the palette; the menu with its numbers is on each of them."""

    def asked(where: str, label: str, **args: str) -> Request:
        address = f"/admin/{where}/" if where else "/admin/"
        query = f"?{urlencode(args)}" if args else ""
        return Request(where or "today", label, address + query, OTHERS[where])

    for area in OTHERS:
        yield asked(area, "first page")
    for word in (FREQUENT, RARE, ABSENT):
        yield asked("palette", f"search {word}", q=word)
        yield asked("trash", f"search {word}", search=word)
    for kind in ("post", "page", "file", "comment"):
        yield asked("trash", f"kind {kind}", kind=kind)
    yield asked("trash", "sort since", sort="since")
    for name, value in (("area", "posts"), ("area", "tags"), ("verb", "edit"), ("verb", "tag.edit"), ("person", "1")):
        yield asked("activity", f"{name} {value}", **{name: value})


def _last_page(view: Any, sort: str, owner: Browser) -> Iterator[Request]:
    """Read backwards, the end of the first page is where the last one begins, read forwards."""
    backwards = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
    page = owner.get(_address(view, sort=backwards)).get_data(as_text=True)
    cursor = re.search(r"[?&;]after=([\w-]+)", unescape(page))
    if cursor:
        yield _request(view, f"last page by {sort}", sort=sort, after=cursor[1])


def _values(area: str, one: Any, offered: list[str]) -> Iterable[tuple[str, str]]:
    """What to ask a filter for, with a name for it."""
    if one.kind == "date":
        now = datetime.now(UTC)
        return [(f"{days} days ago", f"{now - timedelta(days=days):%Y-%m-%d}") for days in (7, 1500)]
    if one.kind == "choice":
        choices = [value for value, _label in getattr(one, "choices", ())]
        if choices:
            return [(value, value) for value in choices]
        return [(f"#{number}", value) for number, value in enumerate(_few(offered), 1)]
    return [("some words", WORDS.get((area, one.name), FREQUENT))]


def _few(values: list[str]) -> list[str]:
    if len(values) <= FEW:
        return values
    return [values[0], values[len(values) // 2], values[-1]]


def _request(view: Any, label: str, **args: str) -> Request:
    return Request(view.area, label, _address(view, **args))


def _address(view: Any, **args: str) -> str:
    return f"/admin/{view.area}/" + (f"?{urlencode(args)}" if args else "")


def _offered(page: str) -> dict[str, list[str]]:
    """The values that the page lets people choose from, by the name of the control."""
    reader = _Controls()
    reader.feed(page)
    return reader.found


class _Controls(HTMLParser):
    """Selects, and boxes to tick."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option":
            self._note(self._select, given.get("value", ""))
        elif tag == "input" and given.get("type") in ("checkbox", "radio"):
            self._note(name, given.get("value", ""))

    def _note(self, name: str, value: str) -> None:
        if name and value:
            self.found.setdefault(name, []).append(value)
