"""A site with as many posts, comments and files as somebody wants to measure, and a browser that its owner sits at."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from flask import Flask
from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from bench.databases import database
from cms import create_app, search
from cms.accounts.models import User
from cms.cli.demo.load import PASSWORD
from cms.cli.seed.sql import Moment, fill, series, whole
from cms.comments.models import Comment
from cms.core.db import Base
from cms.core.markdown import render_comment
from cms.extensions import db
from cms.media.models import Media, MediaKind
from cms.posts import actions
from cms.posts.models import PostKind
from cms.web import now
from tests.browser import Browser

ROOT = Path(__file__).parents[1]
OWNER = "owner@example.com"
#: Stands in a few texts whatever the size; nothing else has it.
RARE = "quincunx"
RARE_TEXTS = 3
MINUTES_APART = 4


@dataclass(frozen=True)
class Site:
    """One size of it; `rows` are those of each table."""

    app: Flask
    rows: int
    owner: Browser


@contextmanager
def full_site(postgres: str | None, rows: int) -> Iterator[Site]:
    """New, filled by `manage.py seed`, and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder, database(postgres, folder) as address:
        os.environ.update(CMS_ENV="development", CMS_LIMITS="off", CMS_INSTANCE=folder, CMS_DATABASE_URL=address)
        seed = [sys.executable, "manage.py", "seed", "--posts", str(rows), "--comments", str(rows)]
        subprocess.run(seed, cwd=ROOT, env={**os.environ, "CMS_NO_VENV": "1"}, stdout=subprocess.DEVNULL, check=True)
        app = create_app("development")
        with app.app_context():
            _add_files(db.session(), rows)
            _add_rare(db.session())
            db.session.remove()
            _look_around()
        yield Site(app, rows, signed_in(app))
        with app.app_context():
            db.engine.dispose()


def signed_in(app: Flask) -> Browser:
    """The owner's browser."""
    return Browser(app).sign_in(SimpleNamespace(email=OWNER), PASSWORD)


def _add_files(session: Session, rows: int) -> None:
    """As rows only: lists read no file."""
    media, numbers = Base.metadata.tables[Media.__tablename__], series(1, rows)
    uploaded = Moment(whole(int(now().timestamp()) - rows * MINUTES_APART * 60) + numbers.c.n * MINUTES_APART * 60)
    values = {
        "kind": literal(MediaKind.IMAGE, media.c.kind.type),
        "digest": literal("0" * 64),
        "filename": literal("harbour.jpg"),
        "mime": literal("image/jpeg"),
        "bytes": numbers.c.n,
        "width": whole(1600),
        "height": whole(900),
        "alt": literal("The harbour at low water"),
        "uploaded_by_id": whole(session.scalars(select(User.id).where(User.email == OWNER)).one()),
        "created_at": uploaded,
        "updated_at": uploaded,
    }
    session.execute(fill(media, values, numbers))
    session.commit()


def _add_rare(session: Session) -> None:
    """Through the domain, so that every search finds them whatever it looks into."""
    owner, at = session.scalars(select(User).where(User.email == OWNER)).one(), now()
    for number in range(RARE_TEXTS):
        fields = {"title": f"The {RARE} of benches {number}", "body": f"Five benches stand in a {RARE}."}
        post = actions.create(session, PostKind.POST, fields, by=owner, at=at)
        said = f"Is that a {RARE}?"
        html = render_comment(said)
        comment = Comment(post_id=post.id, author_id=owner.id, body=said, body_html=html, created_at=at)
        session.add_all([comment, _file(number, owner)])
        session.flush()
        search.put(session, search.COMMENTS, comment.id, "", said)
    session.commit()


def _file(number: int, owner: User) -> Media:
    at = now() - timedelta(days=1)
    return Media(
        kind=MediaKind.IMAGE,
        digest=f"{number:064}",
        filename=f"{RARE}-{number}.jpg",
        mime="image/jpeg",
        bytes=number,
        alt=f"A {RARE}",
        uploaded_by_id=owner.id,
        created_at=at,
        updated_at=at,
    )


def _look_around() -> None:
    """What PostgreSQL does by itself within a minute of so many new rows; a measurement does not wait for it."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("VACUUM ANALYZE")
            connection.exec_driver_sql("RESET statement_timeout")
