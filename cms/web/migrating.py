"""Alembic, by Flask-Migrate, for whoever changes tables; see `web.revisions` for whoever only asks."""

import io

from alembic import command as alembic
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from flask import Flask, current_app
from flask_migrate import Migrate

from cms.extensions import db
from config import ROOT

_migrate = Migrate(render_as_batch=True)


def bind(app: Flask) -> None:
    """`migrations/env.py` works on the database of this application."""
    _migrate.init_app(app, db, directory=str(ROOT / "migrations"))


def upgrade() -> None:
    """To the newest revision; needs an application context, as all of these do."""
    alembic.upgrade(_config(), "head")


def downgrade(revision: str) -> None:
    """Raises CommandError where there is no such revision."""
    alembic.downgrade(_config(), revision)


def pending_migrations() -> list[str]:
    """Revisions that the database lacks, oldest first."""
    with db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return [step.revision for step in reversed(list(_script().iterate_revisions("head", current or "base")))]


def is_known(revision: str) -> bool:
    """Whether this version can go there."""
    return any(revision == step.revision for step in _script().walk_revisions())


def drift() -> str:
    """Where the tables of a migrated database differ from the models, in Alembic's words; empty where they agree."""
    config = _config()
    config.stdout = io.StringIO()
    try:
        alembic.check(config)
    except CommandError as error:
        return str(error)
    return ""


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    bind(current_app)
    config: Config = _migrate.get_config()
    return config
