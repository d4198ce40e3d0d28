"""Lists: one row scope, search, filters, sorting on declared columns, keyset pages and bounded counts.

The cost of a page is the same for a hundred rows and for a million: no OFFSET, no exact count beyond a bound, and an
`id` behind every sort key, so that a walk through the pages meets every row once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NoReturn
from urllib.parse import urlencode

from flask import request
from flask_admin import expose
from flask_babel import format_decimal
from sqlalchemy import ColumnElement, Select, func, select

from cms.admin import asked as asking
from cms.admin import narrowing
from cms.admin.arranging import MOST_COUNTED, Arranging
from cms.admin.asked import Asked
from cms.admin.columns import Column, Heading, Row
from cms.admin.filters import Filter
from cms.admin.moves import Move
from cms.admin.narrowing import Values
from cms.admin.searching import Searching
from cms.core.db import row_id
from cms.core.errors import NotFound
from cms.core.i18n import _, ngettext
from cms.core.keyset import beyond
from cms.core.permissions import Permission
from cms.core.planning import BY_KEY
from cms.extensions import db
from cms.workspace.models import SavedView

COUNT_BOUND = 10_000
#: Among the counts of a page, its own.
THIS = 0
NO_VIEWS: Mapping[SavedView, Asked] = {}


@dataclass(frozen=True)
class Page:
    """One page of records; `previous` and `next` are cursors, `count` stops at the bound."""

    records: list[Any]
    count: int
    is_bounded: bool
    previous: str | None
    next: str | None
    #: Of the kept views that were asked for, by id.
    counts: dict[int, int]


@dataclass(frozen=True)
class Preset:
    """A ready-made view of a list, offered as a tab."""

    label: str
    args: dict[str, str]

    @property
    def values(self) -> Values:
        return {name: (value,) for name, value in self.args.items()}


class Listing(Arranging, Searching):
    """The mix-in of model views that shows the list; see `cms.admin.base` for how an area is written."""

    columns: ClassVar[tuple[Column, ...]] = ()
    filters: ClassVar[tuple[Filter, ...]] = ()
    presets: ClassVar[tuple[Preset, ...]] = ()
    default_sort: ClassVar[str] = "-updated_at"
    #: The right whose `where()` is the row scope, where `visible` is not overridden.
    see_permission: ClassVar[Permission]
    new_label: ClassVar[str] = ""
    list_template: ClassVar[str] = "admin/list.html"
    is_searched = True

    # what an area may answer for itself

    def visible(self) -> ColumnElement[bool]:
        """THE row scope: what is outside exists neither in lists, counts, exports and bulks nor by its id."""
        clause: ColumnElement[bool] = self.policy.where(self.see_permission)
        return clause

    def options(self) -> tuple[Any, ...]:
        """Loader options for one record."""
        return ()

    def list_options(self) -> tuple[Any, ...]:
        """Loader options for lists; nothing may be loaded row by row."""
        return self.options()

    def list_scope(self, asked: Asked) -> ColumnElement[bool] | None:
        """Narrows the list and not what can be opened, such as "not in the trash"."""
        return None

    def row_link(self, record: Any) -> str | None:
        """Where the title leads: the editor for whoever may edit, else the details."""
        return self.link("edit_view" if self.may_edit(record) else "details_view", id=record.id)

    def list_context(self, records: list[Any]) -> dict[str, Any]:
        """More for the template, asked for all records at once."""
        return {}

    def counted(self, count: int, shown: str) -> str:
        """ "1,284 posts"; `shown` is the number as text, which may end in a plus."""
        return ngettext("%(shown)s entry", "%(shown)s entries", count, shown=shown)

    def empty_text(self) -> str:
        """What to do when there is nothing yet."""
        return _("Nothing here yet.")

    # queries

    def get_query(self) -> Select[Any]:
        """All rows that this person may know of."""
        return select(self.model).where(self.visible())

    def get_count_query(self) -> Select[Any]:
        """Their number, which is never asked for without the scope."""
        return select(func.count()).select_from(self.get_query().subquery())

    def get_one(self, id: Any, *, for_update: bool = False) -> Any:
        """The row, or NotFound: for nonsense, for nothing, and for what this person may not know of."""
        known = row_id(str(id))
        if known is None:
            self.not_found()
        query = self.get_query().where(self.model.id == known).options(*self.options()).execution_options(**BY_KEY)
        if for_update:
            query = query.with_for_update(of=self.model, key_share=True).execution_options(populate_existing=True)
        record = db.session.scalar(query)
        if record is None:
            self.not_found()
        return record

    def not_found(self) -> NoReturn:
        raise NotFound(_("There is no such entry, or you may not see it."))

    def ordered(self, query: Select[Any], asked: Asked, *, backwards: bool = False) -> Select[Any]:
        key = self._sort_key(asked)
        descending = asked.descending != backwards
        model_id = self.model.id
        return query.order_by(*((key.desc(), model_id.desc()) if descending else (key.asc(), model_id.asc())))

    def load_page(self, asked: Asked, views: Mapping[SavedView, Asked] = NO_VIEWS) -> Page:
        """Two queries: bounded counts, and one row more than the page shows; a search asks the index first."""
        found_by = self.page_queries(asked, COUNT_BOUND)
        backwards = asked.before is not None
        rows = self.ordered(self._beyond(found_by.page, asked), asked, backwards=backwards)
        found = list(db.session.scalars(rows.options(*self.list_options()).limit(asked.page_size + 1)))
        more, records = len(found) > asked.page_size, found[: asked.page_size]
        if backwards:
            records.reverse()
        has_next = more if not backwards else True
        has_previous = more if backwards else asked.after is not None
        beside = {view.id: self.number_of(wanted, MOST_COUNTED, COUNT_BOUND) for view, wanted in views.items()}
        counts = self.counts({THIS: self.count_up_to(found_by.counted, COUNT_BOUND)} | beside)
        count = counts[THIS] * found_by.stands_for
        return Page(
            records,
            min(count, COUNT_BOUND),
            found_by.has_more or count > COUNT_BOUND,
            self._cursor(records[0], asked) if records and has_previous else None,
            self._cursor(records[-1], asked) if records and has_next else None,
            counts,
        )

    def _beyond(self, query: Select[Any], asked: Asked) -> Select[Any]:
        place = asked.before or asked.after
        if place is None:
            return query
        descending = asked.descending != (asked.before is not None)
        return query.where(beyond(self._sort_key(asked), self.model.id, place, is_descending=descending))

    def _sort_key(self, asked: Asked) -> Any:
        return next(column.sort for column in self.columns if column.name == asked.sort)

    def _cursor(self, record: Any, asked: Asked) -> str:
        return asking.write_cursor(getattr(record, self._sort_key(asked).key), record.id)

    # the page

    def read_asked(self) -> Asked:
        return asking.read(request.args, self.columns, self.filters, self.default_sort)

    def list_link(self, asked: Asked, **extra: str) -> str:
        """The address of a view of this list, from its first page unless told otherwise."""
        address: str = self.link(**(asking.as_args(asked, self.default_sort) | extra))
        return address

    @expose("/")
    def index_view(self) -> str:
        """The list."""
        asked = self.read_asked()
        known = self.known_views()
        page = self.load_page(asked, known)
        columns = self.shown_columns()
        here = {name: request.args[name] for name in ("after", "before") if name in request.args}
        values = {
            "asked": asked,
            "rows": [self.row(record, columns) for record in page.records],
            "headings": [self._heading(column, asked) for column in columns],
            "columns": [(column, column in columns) for column in self.columns[1:]],
            "kept_views": self.kept_views(known, page.counts, asked),
            "query": urlencode(asking.as_args(asked, self.default_sort), doseq=True),
            "controls": narrowing.controls(
                db.session(), self.filters, asked.filters, lambda values: self.list_link(replace(asked, filters=values))
            ),
            "tabs": self._tabs(asked),
            "count": self.count_text(page),
            "previous_page": page.previous and self.list_link(asked, before=page.previous),
            "next_page": page.next and self.list_link(asked, after=page.next),
            "without_search": self.list_link(replace(asked, search="")),
            "has_moves": bool(self.move_names),
            "first_page": self.list_link(asked),
            "here": self.list_link(asked, **here),
            "plain": self.link(),
            "bulk": self.offered_bulk(),
            "bulk_result": self.bulk_result(),
            "exports": self._export_links(asked),
            "import_href": self.import_link(),
            "may_create": bool(self.may_create()),
            "page_sizes": [(size, self.list_link(replace(asked, page_size=size))) for size in asking.PAGE_SIZES],
        }
        return self.render(self.list_template, **(values | self.list_context(page.records)))

    def row(self, record: Any, columns: tuple[Column, ...]) -> Row:
        moves: list[Move] = self.moves_for(record)
        cells = [(column, column.value_of(record)) for column in columns]
        return Row(record, cells, self.row_link(record), moves)

    def count_text(self, page: Page) -> str:
        shown = format_decimal(page.count) + ("+" if page.is_bounded else "")
        return self.counted(page.count, shown)

    def _heading(self, column: Column, asked: Asked) -> Heading:
        if column.sort is None:
            return Heading(column)
        current = column.name == asked.sort
        descending = not asked.descending if current else column.newest_first
        href = self.list_link(replace(asked, sort=column.name, descending=descending))
        return Heading(column, href, ("descending" if asked.descending else "ascending") if current else "")

    def _tabs(self, asked: Asked) -> list[dict[str, Any]]:
        shown = None if asked.search else asked.filters
        return [
            {"label": _(one.label), "href": self.link(**one.args), "current": shown == one.values}
            for one in self.presets
        ]

    def _export_links(self, asked: Asked) -> dict[str, str]:
        if not self.is_open_to_visitor("export_csv"):
            return {}
        args = asking.as_args(asked, self.default_sort)
        return {"CSV": self.link("export_csv", **args), "JSON": self.link("export_json", **args)}
