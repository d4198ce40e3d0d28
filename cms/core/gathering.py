"""Many rows as one value, so that what belongs to a row comes with it and is not asked for by itself."""

from typing import Any

from sqlalchemy import JSON, ScalarSelect, Select, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _Gathered(FunctionElement[list[list[Any]]]):
    """These columns of each row, as a list of lists in JSON."""

    type = JSON()
    inherit_cache = True


def gathered(rows: Select[Any]) -> ScalarSelect[list[list[Any]]]:
    """A column that holds all rows of a query, in their order; of none, an empty list or None."""
    return select(_Gathered(*rows.subquery().c)).scalar_subquery()


@compiles(_Gathered)
def _on_postgresql(element: _Gathered, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **options)}))"


@compiles(_Gathered, "sqlite")
def _on_sqlite(element: _Gathered, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **options)}))"
