"""How PostgreSQL plans the statements of a transaction."""

from typing import Any

from sqlalchemy import BindParameter, Boolean, ColumnElement, Integer, bindparam, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

#: In what is known of a connection, and among the execution options of a statement.
PLANS_ONCE = "plans_once"
#: For a statement that finds a few rows by a key, as `plan_once` says of a transaction.
BY_KEY: dict[str, Any] = {PLANS_ONCE: True}


def plan_once(session: Session) -> None:
    """From here to the end of the transaction PostgreSQL may plan a statement once for all the values it is asked with.

    That saves half of a short statement. It is for those that find a few rows by a key: what narrows a long list
    has one good plan for what is rare and another for what is frequent.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().info[PLANS_ONCE] = True


def few(count: int) -> ColumnElement[int]:
    """How many at most, for LIMIT, told in the statement.

    Where it has one plan for all values and is not told this one, PostgreSQL plans for a tenth of all rows, and calls
    other processes for help.
    """
    return literal_column(str(int(count)), Integer)


def few_named(name: str) -> BindParameter[int]:
    """The same, where the number is only known when the statement is asked."""
    return bindparam(name, type_=Integer(), literal_execute=True)


class Alone(FunctionElement[bool]):
    """A condition that holds: in this statement and in those behind it PostgreSQL calls no other process for help.

    To begin with one takes longer than a statement of a page may, and readers who ask at the same moment need the
    processors as well. A statement that sets something is never shared among processes, and so this one is not either.
    """

    type = Boolean()
    inherit_cache = True


@compiles(Alone)
def _alone(_element: Alone, _compiler: SQLCompiler, **_options: Any) -> str:
    return "(SELECT set_config('max_parallel_workers_per_gather', '0', true)) = '0'"


@compiles(Alone, "sqlite")
def _always_alone(_element: Alone, _compiler: SQLCompiler, **_options: Any) -> str:
    return "1"
