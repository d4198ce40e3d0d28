"""What a list finds: scope, filters and words together, so that a search costs what it shows and not what it finds."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from cms import search
from cms.admin import narrowing
from cms.admin.asked import Asked
from cms.admin.filters import Filter
from cms.admin.gate import Gated
from cms.admin.narrowing import Leading
from cms.extensions import db
from cms.search import Index

#: So many of what an index finds stand for the rest, where nobody is told how many there are beyond the bound.
SAMPLE = 500


@dataclass(frozen=True)
class Found:
    """What a page is taken from, and what is counted: each row for so many, and whether there are more than these."""

    page: Select[Any]
    counted: Select[Any]
    has_more: bool = False
    stands_for: int = 1


class Searching(Gated):
    """The mix-in of lists with a search box and filters; the list itself has the scopes."""

    model: ClassVar[Any]
    filters: ClassVar[tuple[Filter, ...]]
    #: Columns that the search box looks into, where `search_clause` is not overridden.
    search_columns: ClassVar[tuple[Any, ...]] = ()
    #: The full-text index to search instead, where the area has one.
    search_index: ClassVar[Index | None] = None

    def visible(self) -> ColumnElement[bool]:
        raise NotImplementedError

    def list_scope(self, asked: Asked) -> ColumnElement[bool] | None:
        raise NotImplementedError

    def get_query(self) -> Select[Any]:
        raise NotImplementedError

    def ordered(self, query: Select[Any], asked: Asked, *, backwards: bool = False) -> Select[Any]:
        raise NotImplementedError

    def understood(self, query: str) -> Asked:
        raise NotImplementedError

    def search_clause(self, words: str) -> ColumnElement[bool]:
        """Rows that have every word in one of the searched columns, or in the index."""
        if self.search_index is not None:
            return search.matching(db.session(), self.search_index, self.model.id, words)
        return and_(
            *(
                or_(*(column.icontains(word, autoescape=True) for column in self.search_columns))
                for word in words.split()
            )
        )

    def asked_query(self, asked: Asked) -> Select[Any]:
        """Scope, search and filters together, in no order."""
        query = self.get_query().where(*self._narrowed(asked))
        return query.where(self.search_clause(asked.search)) if asked.search else query

    def number_of(self, asked: Asked, most: int, looked_at: int) -> ColumnElement[int]:
        """How many rows there are, up to one more than `most`; of what an index finds, so many are looked at.

        A few are looked at first, which is enough where there are more than `most` among them.
        """
        sample, every = self._found_first(asked, SAMPLE, whole=True), self._found_first(asked, looked_at)
        if sample is None or every is None:
            return self.count_up_to(self._in_order(self.asked_query(asked)), most)
        return case((self.count_up_to(sample, most) > most, most + 1), else_=self.count_up_to(every, most))

    def count_up_to(self, query: Select[Any], most: int) -> ColumnElement[int]:
        """The number of its rows, or one more than `most`."""
        some = query.with_only_columns(self.model.id).limit(most + 1).subquery()
        return select(func.count()).select_from(some).scalar_subquery()

    def _found_first(self, asked: Asked, most: int, *, whole: bool = False) -> Select[Any] | None:
        """What fits of the first that an index finds, where one is asked; with `whole` words there may be more."""
        row_id = self.model.id
        if index := self._index_asked(asked):
            has_words = search.matching(db.session(), index, row_id, asked.search, most=most, whole=whole)
            return self._beginning_with(has_words, asked)
        if leading := self._leading(asked):
            return self._beginning_with(row_id.in_(leading.ids.limit(most)), replace(asked, filters=leading.left))
        return None

    def page_queries(self, asked: Asked, most: int) -> Found:
        """Few hits are sorted. Of many, a walk along the order that looks at each row meets some soon."""
        session, left = db.session(), asked
        if index := self._index_asked(asked):
            ids = search.hits(session, index, asked.search, most + 1)
        elif leading := self._leading(asked):
            ids, left = search.plain_ids(session, leading.ids.limit(most + 1)), replace(asked, filters=leading.left)
        else:
            query = self.asked_query(asked)
            return Found(query, self._in_order(query))
        if len(ids) <= most:
            few = self._beginning_with(search.among(session, self.model.id, ids), left)
            return Found(few, few)
        each = max(most // SAMPLE, 1)
        some = self._beginning_with(search.among(session, self.model.id, ids[:most:each]), left)
        return Found(self._walk(asked), some, has_more=True, stands_for=each)

    def _leading(self, asked: Asked) -> Leading | None:
        return None if asked.any_of or asked.search else narrowing.leading(self.filters, asked.filters)

    def _index_asked(self, asked: Asked) -> Index | None:
        return self.search_index if asked.search else None

    def _in_order(self, query: Select[Any]) -> Select[Any]:
        """SQLite counts in the index that has just these rows only where it is asked for them in its order."""
        is_sqlite = db.engine.dialect.name == "sqlite"
        return self.ordered(query, self.understood("")) if is_sqlite else query

    def _walk(self, asked: Asked) -> Select[Any]:
        index = self._index_asked(asked)
        if index is None:
            return self.asked_query(asked)
        has_words = search.having(db.session(), index, self.model.id, asked.search)
        return self.get_query().where(*self._narrowed(asked), has_words)

    def _beginning_with(self, found: ColumnElement[bool], asked: Asked) -> Select[Any]:
        rest = and_(self.visible(), *self._narrowed(asked))
        return select(self.model).where(found, search.asked_last(rest))

    def _narrowed(self, asked: Asked) -> list[ColumnElement[bool]]:
        scope = self.list_scope(asked)
        narrowed = narrowing.conditions(self.filters, asked.filters, any_of=asked.any_of)
        return narrowed if scope is None else [scope, *narrowed]
