"""What `seed` does not bring and a full site has: files, a record of what was done, kept views, and a rare word."""

from datetime import timedelta

from sqlalchemy import Engine, String, case, cast, literal, select, text, update
from sqlalchemy.orm import Session

from cms import search
from cms.accounts.models import User
from cms.audit.models import Event
from cms.cli.seed.sql import Moment, fill, series, whole
from cms.comments.models import Comment
from cms.core.db import Base
from cms.core.markdown import render_comment
from cms.media import words
from cms.media.models import Media, MediaKind
from cms.posts import actions
from cms.posts.actions.series import MOST_PARTS
from cms.posts.models import Post, PostKind
from cms.series.models import Series
from cms.web import now
from cms.workspace.models import SavedView

OWNER = "owner@example.com"
#: Stands in a few texts whatever the size; nothing else has it.
RARE = "quincunx"
RARE_TEXTS = 3
MINUTES_APART = 4
DAY_SECONDS = 86_400
SERIES = 3
#: Views that are kept beside each list, counted whenever it is opened.
VIEWS = {
    "posts": ("search=harbour", "shown=changes", "tag=harbour"),
    "comments": ("search=harbour", "reason=links", "status=pending"),
    "media": ("search=harbour", "kind=image", "alt=no"),
}


def furnish(engine: Engine, rows: int) -> None:
    """As many files and acts as there are posts; a server gives each statement the time that it takes."""
    with engine.connect() as connection, Session(connection) as session:
        is_server = engine.dialect.name == "postgresql"
        if is_server:
            session.execute(text("SET statement_timeout = 0"))
            session.commit()
        for add in (_add_files, _add_acts, _add_views, _add_series, _add_rare):
            add(session, rows)
            session.commit()
        if is_server:
            session.execute(text("RESET statement_timeout"))


def _add_files(session: Session, rows: int) -> None:
    """As rows only: lists read no file. Each has a word of its own, as names of files do."""
    media, numbers = Base.metadata.tables[Media.__tablename__], series(1, rows)
    uploaded = Moment(whole(int(now().timestamp()) - rows * MINUTES_APART * 60) + numbers.c.n * MINUTES_APART * 60)
    values = {
        "kind": literal(MediaKind.IMAGE, media.c.kind.type),
        "digest": literal("0" * 64),
        "filename": literal("harbour-") + cast(numbers.c.n, String) + ".jpg",
        "mime": literal("image/jpeg"),
        "bytes": numbers.c.n,
        "width": whole(1600),
        "height": whole(900),
        "alt": literal("The harbour at low water"),
        "uploaded_by_id": whole(_owner(session).id),
        "created_at": uploaded,
        "updated_at": uploaded,
    }
    session.execute(fill(media, values, numbers))
    body = literal("harbour ") + cast(media.c.id, String) + " jpg the harbour at low water"
    documents = select(media.c.id.label("id"), literal("").label("title"), body.label("body"))
    search.put_found(session, search.MEDIA, documents)
    search.settle(session)


def _add_series(session: Session, rows: int) -> None:
    """A few of them, each with as many parts as one may have or the site has; a series stays small on any site."""
    at = now()
    for number in range(SERIES):
        made = Series(title=f"The harbour, {number}", slug=f"harbour-{number}", description="", version=1)
        made.created_at = made.updated_at = at
        session.add(made)
        session.flush()
        parts = min(MOST_PARTS, rows // SERIES)
        posts = select(Post.id).where(Post.kind == PostKind.POST).order_by(Post.id).offset(number * parts).limit(parts)
        session.execute(
            update(Post)
            .where(Post.id.in_(posts.scalar_subquery()))
            .values(series_id=made.id, series_position=Post.id)
            .execution_options(synchronize_session=False)
        )


def _add_rare(session: Session, _rows: int) -> None:
    """Through the domain, so that every search finds them whatever it looks into."""
    owner, at = _owner(session), now()
    for number in range(RARE_TEXTS):
        fields = {"title": f"The {RARE} of benches {number}", "body": f"Five benches stand in a {RARE}."}
        post = actions.create(session, PostKind.POST, fields, by=owner, at=at)
        said = f"Is that a {RARE}?"
        html = render_comment(said)
        comment = Comment(post_id=post.id, author_id=owner.id, body=said, body_html=html, created_at=at)
        file = _file(number, owner)
        session.add_all([comment, file])
        words.put(session, file)
        search.put(session, search.COMMENTS, comment.id, "", said)


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


def _add_acts(session: Session, rows: int) -> None:
    """In the record, without the hashes of a chain: nobody verifies it here. Of a rare kind is one page at least.

    A day ahead, so that the newest page shows none of what the seed itself did, however long that took.
    """
    events, numbers = Base.metadata.tables[Event.__tablename__], series(1, rows)
    number, is_rare = numbers.c.n, numbers.c.n % 30 == 0
    done = Moment(whole(int(now().timestamp()) + DAY_SECONDS - rows * 60) + number * 60)
    values = {
        "at": done,
        "actor_id": whole(_owner(session).id),
        "verb": case((is_rare, "tag.edit"), else_="post.edit"),
        "subject_type": case((is_rare, "tags"), else_="posts"),
        "subject_id": number,
        "subject_label": literal("Something"),
    }
    session.execute(fill(events, values, numbers))


def _add_views(session: Session, _rows: int) -> None:
    owner, at = _owner(session), now()
    for area, queries in VIEWS.items():
        for query in queries:
            session.add(SavedView(user_id=owner.id, area=area, name=query, query=query, created_at=at, updated_at=at))


def _owner(session: Session) -> User:
    return session.scalars(select(User).where(User.email == OWNER)).one()
