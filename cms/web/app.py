"""How an application is put together, before and after the edges add their routes."""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from cms.core.clock import Clock
from cms.core.db import MAX_ID, engine_options, prepare_engine
from cms.core.files import MEGABYTE
from cms.core.generation import watch
from cms.core.shutter import Shutter
from cms.extensions import csrf, db, mail
from cms.posts.destinations import PLACES
from cms.redirects import ends
from cms.web import (
    compressing,
    errors,
    gate,
    headers,
    languages,
    logs,
    meters,
    nudging,
    origins,
    probes,
    rates,
    recording,
    requests,
    secret_addresses,
    static,
    telling,
    themes,
    undoing,
    watching,
)
from cms.web.mailing import mail_settings
from cms.web.runtimes import Runtime, runtime_of
from config import ROOT, Config


class RowId(IntegerConverter):
    """`<int:id>` that fits a column: a larger number is a 404 and never reaches the database."""

    def __init__(self, url_map: object, **options: object) -> None:
        super().__init__(url_map, **({"max": MAX_ID} | options))  # type: ignore[arg-type]  # werkzeug's own signature


def configure(app: Flask, config: Config) -> None:
    """Turn deployment settings into Flask's."""
    if config.env == "testing" and config.database_url.endswith(f"{config.instance}/copydesk.db"):
        config = _with_temporary_database(config)
    host = urlsplit(config.base_url).hostname or "localhost"
    app.config.update(
        SECRET_KEY=config.secret_key,
        TESTING=config.env == "testing",
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(config.database_url),
        TRUSTED_HOSTS=[host] if config.is_public else [host, "127.0.0.1", "localhost"],
        MAX_CONTENT_LENGTH=10 * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=8 * MEGABYTE,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_NAME="__Host-copydesk" if config.is_https else "copydesk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.is_https,
        PERMANENT_SESSION_LIFETIME=timedelta(days=90),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=True,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "cms" / "translations"),
        **mail_settings(config),
    )
    app.extensions["copydesk_config"] = config


def init_app(app: Flask) -> None:
    """Bind the extensions and everything that stands before a view."""
    config: Config = app.extensions.pop("copydesk_config")
    app.url_map.converters["int"] = RowId
    _keep_compiled_templates(app)
    probes.init_app(app, config)
    compressing.init_app(app)
    logs.init_app(app, config)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        watch(db.engine, Shutter(config.stored_pages) if config.stored_pages else None)
        app.extensions["copydesk"] = Runtime(config, Clock(db.engine))
        if app.testing:
            from cms.web import migrating  # here, since it brings Alembic along

            migrating.upgrade()
        meters.init_app(app, db.engine)
        watching.init_app(app, db.engine)
        telling.init(db.engine, config.base_url)
    nudging.init_app(app)
    requests.init_app(app)  # before anything that might ask the database who is signed in
    rates.init_app(app)
    origins.init_app(app)
    csrf.init_app(app)
    mail.init_app(app)
    languages.init_app(app)
    headers.init_app(app, config)
    static.init_app(app, config)
    secret_addresses.init_app(app)
    gate.init_app(app)
    themes.init_app(app, config.instance)
    undoing.register()
    recording.register()
    ends.ask(PLACES)
    errors.init_app(app)


def ready(app: Flask) -> None:
    """The last word: refuse to start with a route that has not declared what it needs.

    What proxies say of a question comes first of all, so that whatever answers knows it.
    """
    gate.refuse_undeclared(app)
    if hops := runtime_of(app).config.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _with_temporary_database(config: Config) -> Config:
    folder = Path(tempfile.mkdtemp(prefix="copydesk-test-"))
    return replace(config, database_url=f"sqlite:///{folder / 'test.db'}", storage_url=(folder / "media").as_uri())


def _keep_compiled_templates(app: Flask) -> None:
    """Templates are compiled once for an installation and not at each start."""
    folder = Path(app.instance_path) / "compiled-templates"
    for place in (folder.parent, folder):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
