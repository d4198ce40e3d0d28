"""`seed`: posts and comments by the million, for those who measure and for those who look at full lists.

Rows are never handled one by one: a few thousand texts are rendered and staged in temporary tables, and one statement
for each table combines them. The same numbers on an empty installation give the same rows; their times end now.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random

import click
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from cms import create_app, search
from cms.cli.application import learn_sizes, migrate_if_empty
from cms.cli.demo.refusals import refuse_foreign_owner, refuse_public
from cms.cli.seed import comments, decks, people, post_decks, posts
from cms.cli.seed.turns import TURNS_EACH
from cms.comments.models import Comment
from cms.core.i18n import ngettext
from cms.extensions import db
from cms.posts.models import Post
from cms.web import now, runtime

CHUNK = 2_500 * TURNS_EACH
SEED = 1805
#: What the connection is told, and what takes it back: half a gigabyte of pages where SQLite sorts a million addresses
#: into an index, and no end to a statement on PostgreSQL.
ROOM = {
    "sqlite": ("PRAGMA cache_size = -524288", "PRAGMA cache_size = -2000"),
    "postgresql": ("SET statement_timeout = 0", "RESET statement_timeout"),
}


@click.command()
@click.option("--posts", "post_count", default=0, type=click.IntRange(0, 10_000_000), help="Posts to add.")
@click.option("--comments", "comment_count", default=0, type=click.IntRange(0, 10_000_000), help="Comments to add.")
@click.option("--no-people", is_flag=True, help="Do not add the demo people where they are missing.")
def seed(post_count: int, comment_count: int, no_people: bool) -> None:
    """Add made-up posts and comments, and the demo people where they are missing."""
    app = create_app()
    with app.app_context():
        refuse_public(runtime().config.env)
    migrate_if_empty(app)
    with app.app_context(), _patient_session() as session:
        refuse_foreign_owner(session, instead="Seeded content would stand among theirs.")
        at = now().replace(microsecond=0)
        cast = people.gather(session, with_demo_people=not no_people, at=at)
        session.commit()
        with decks.table_laid(session):
            _add_posts(session, cast, post_count, at)
            _add_comments(session, cast, comment_count, at)
            search.settle(session)
            session.commit()
        learn_sizes(session)
        session.commit()


@contextmanager
def _patient_session() -> Iterator[Session]:
    """On one connection, which the temporary tables belong to, with room and time for large statements."""
    before, after = ROOM[db.engine.dialect.name]
    with db.engine.connect() as connection, Session(connection) as session:
        _tell(session, before)
        try:
            yield session
        finally:
            session.rollback()
            _tell(session, after)


def _tell(session: Session, statement: str) -> None:
    session.execute(text(statement))
    session.commit()


def _add_posts(session: Session, cast: people.Cast, count: int, at: datetime) -> None:
    if not count:
        return
    texts = post_decks.lay_decks(session, _random(), count, writers=cast.writers, tags=cast.tags)
    first = session.scalar(select(func.count()).select_from(Post)) or 0
    session.commit()
    decks.looked_at(session)
    run = posts.Run(int(at.timestamp()), first, count, texts)
    label = ngettext("%(num)s post", "%(num)s posts", count)
    _in_chunks(session, label, first, count, lambda number, size: posts.write(session, run, number, size))


def _add_comments(session: Session, cast: people.Cast, count: int, at: datetime) -> None:
    if not count:
        return
    targets = comments.find_targets(session, at)
    if not targets:
        raise click.ClickException("There is no live post to comment on. Add --posts.")
    texts = comments.lay_decks(session, _random(), count, members=cast.members)
    there = session.scalar(select(func.count()).select_from(Comment)) or 0
    first = -(-there // TURNS_EACH) * TURNS_EACH  # with a conversation of its own
    session.commit()
    decks.looked_at(session)
    run = comments.Run(int(at.timestamp()), cast.moderator, targets, texts, comments.namesakes(count))
    label = ngettext("%(num)s comment", "%(num)s comments", count)
    _in_chunks(session, label, first, count, lambda number, size: comments.write(session, run, number, size))


def _in_chunks(session: Session, label: str, first: int, count: int, write: Callable[[int, int], None]) -> None:
    """Each chunk is a commit: what was stopped leaves whole posts, and whoever else writes waits for a second."""
    with click.progressbar(length=count, label=label) as progress:
        for done in range(0, count, CHUNK):
            size = min(CHUNK, count - done)
            write(first + done, size)
            session.commit()
            progress.update(size)


def _random() -> Random:
    """It decides which texts are made, and nothing that anybody could want to guess."""
    return Random(SEED)  # noqa: S311
