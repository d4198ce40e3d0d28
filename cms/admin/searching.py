"""What a list finds: scope, filters and words together, so that a search costs what it shows and not what it finds."""

from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, and_, or_, select

from cms import search
from cms.admin import narrowing
from cms.admin.asked import Asked
from cms.admin.filters import Filter
from cms.admin.gate import Gated
from cms.extensions import db
from cms.search import Index


class Searching(Gated):
    """The mix-in of lists with a search box and filters; the list itself has the scopes."""

    model: Any
    filters: ClassVar[tuple[Filter, ...]]
    #: Columns that the search box looks into, where `search_clause` is not overridden.
    search_columns: ClassVar[tuple[Any, ...]] = ()
    #: The full-text index to search instead, where the area has one.
    search_index: ClassVar[Index | None] = None

    def visible(self) -> ColumnElement[bool]:
        raise NotImplementedError

    def list_scope(self) -> ColumnElement[bool] | None:
        raise NotImplementedError

    def get_query(self) -> Select[Any]:
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

    def counted_query(self, asked: Asked, most: int) -> Select[Any]:
        """The same for a count within a bound: of what a word finds, no more is looked at."""
        if self.search_index is None or not asked.search:
            return self.asked_query(asked)
        found = search.matching(db.session(), self.search_index, self.model.id, asked.search, most=most)
        return self._beginning_with(found, asked)

    def page_queries(self, asked: Asked, most: int) -> tuple[Select[Any], Select[Any], bool]:
        """What a page is taken from, what is counted, and whether there is more than that.

        Few hits are sorted. Many are met soon by whoever walks along the order and looks at each row.
        """
        if self.search_index is None or not asked.search:
            query = self.asked_query(asked)
            return query, query, False
        session, row_id = db.session(), self.model.id
        hits = search.hits(session, self.search_index, asked.search, most + 1)
        few = self._beginning_with(search.among(session, row_id, hits), asked)
        if len(hits) <= most:
            return few, few, False
        many = self.get_query().where(
            *self._narrowed(asked), search.having(session, self.search_index, row_id, asked.search)
        )
        return many, few, True

    def _narrowed(self, asked: Asked) -> list[ColumnElement[bool]]:
        scope = self.list_scope()
        narrowed = narrowing.conditions(self.filters, asked.filters, any_of=asked.any_of)
        return narrowed if scope is None else [scope, *narrowed]

    def _beginning_with(self, found: ColumnElement[bool], asked: Asked) -> Select[Any]:
        rest = and_(self.visible(), *self._narrowed(asked))
        return select(self.model).where(found, search.asked_last(rest))
