"""For whoever runs the site: is this process alive, and can it serve?"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from cms.extensions import db
from cms.web import runtime

REDIS_SECONDS = 0.25


def alive() -> Response:
    """Asks nobody: a database that is away is no reason to restart this process."""
    return jsonify(status="alive")


def ready() -> Response:
    """200 where a reader would get their page; 503 naming what is missing."""
    checks: dict[str, Callable[[], bool]] = {"database": _database, "migrations": _migrations}
    if runtime().config.redis_url:
        checks["redis"] = _redis
    found = {name: check() for name, check in checks.items()}
    response = jsonify(
        status="ready" if all(found.values()) else "unavailable",
        checks={name: "ok" if ok else "failing" for name, ok in found.items()},
    )
    if not all(found.values()):
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return response


def _database() -> bool:
    try:
        db.session.connection().exec_driver_sql("SELECT 1")
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True


def _migrations() -> bool:
    """Whether the tables are those of this version."""
    try:
        current = MigrationContext.configure(db.session.connection()).get_current_heads()
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return set(current) == _heads(str(current_app.extensions["migrate"].directory))


def _redis() -> bool:
    import redis  # here, since it costs every start a tenth of a second and few installations have one

    url = runtime().config.redis_url or ""
    try:
        with redis.Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError, ValueError):
        return False


@cache
def _heads(folder: str) -> frozenset[str]:
    return frozenset(ScriptDirectory(str(Path(folder))).get_heads())
