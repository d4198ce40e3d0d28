"""What SQLite, which knows nothing of how many rows an index finds, is told about where to begin."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class AskedLast(FunctionElement[bool]):
    """A condition that is asked of rows found otherwise; no index is chosen for its sake."""

    type = Boolean()
    inherit_cache = True


def asked_last(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition, with the search beginning elsewhere."""
    return AskedLast(condition)


@compiles(AskedLast)
def _as_it_is(element: AskedLast, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)})"


@compiles(AskedLast, "sqlite")
def _without_index(element: AskedLast, compiler: SQLCompiler, **options: Any) -> str:
    return f"+({compiler.process(element.clauses, **options)})"
