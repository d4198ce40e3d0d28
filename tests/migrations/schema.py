"""What a database is made of, in a form that two of them can be compared by."""

from typing import Any

from sqlalchemy import Connection, MetaData, inspect, text

#: Where Alembic notes the revision: no part of ours.
VERSIONS = "alembic_version"


def tables(connection: Connection) -> list[str]:
    """Ours alone: what SQLite keeps beneath a virtual table is not counted."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM pragma_table_list WHERE type IN ('table', 'virtual') AND name NOT LIKE 'sqlite_%'"
    else:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return sorted(set(connection.scalars(text(query))) - {VERSIONS})


def reflected(connection: Connection) -> MetaData:
    metadata = MetaData()
    metadata.reflect(connection, only=tables(connection), resolve_fks=False)
    return metadata


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {name: connection.scalars(text(f'SELECT count(*) FROM "{name}"')).one() for name in tables(connection)}


def orphans(connection: Connection) -> list[str]:
    """Foreign keys that lead nowhere, looked for row by row and not believed."""
    found = inspect(connection).get_multi_foreign_keys()
    lost = []
    for (_schema, name), keys in found.items():
        for key in keys:
            [column], target, [its] = key["constrained_columns"], key["referred_table"], key["referred_columns"]
            lost_ones = f'"{column}" IS NOT NULL AND "{column}" NOT IN (SELECT "{its}" FROM "{target}")'
            query = f'SELECT count(*) FROM "{name}" WHERE {lost_ones}'
            if connection.scalar(text(query)):
                lost.append(f"{name}.{column}")
    return lost


def described(connection: Connection) -> dict[str, Any]:
    """Every table, index, trigger and function, however it came about."""
    asked, only = inspect(connection), {"filter_names": tables(connection) or [""]}  # an empty filter lets all through
    return {
        "columns": _by_name(asked.get_multi_columns(**only), ("type", "nullable", "default")),
        "primary keys": asked.get_multi_pk_constraint(**only),
        "foreign keys": _by_name(asked.get_multi_foreign_keys(**only), None),
        "unique": _by_name(asked.get_multi_unique_constraints(**only), ("column_names",)),
        "checks": _by_name(asked.get_multi_check_constraints(**only), ("sqltext",)),
        "rest": _rest(connection),
    }


def _by_name(found: dict[Any, list[Any]], told: tuple[str, ...] | None) -> dict[str, dict[str, Any]]:
    """The order in which a table was given its columns and constraints says nothing."""
    return {
        table: {item["name"]: {key: str(item[key]) for key in told or item} for item in items}
        for (_schema, table), items in found.items()
    }


def _rest(connection: Connection) -> list[tuple[str, ...]]:
    """What no reflection tells: indexes on expressions and on part of a table, triggers, functions."""
    if connection.dialect.name == "sqlite":
        query = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger', 'view') AND sql <> ''"
    else:
        query = """
            SELECT 'index', indexname, indexdef FROM pg_indexes
              WHERE schemaname = 'public' AND tablename <> 'alembic_version'
            UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc
              WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT 'sequence', sequencename, data_type::text FROM pg_sequences WHERE schemaname = 'public'
        """
    return sorted((kind, name, " ".join(sql.split())) for kind, name, sql in connection.execute(text(query)))
