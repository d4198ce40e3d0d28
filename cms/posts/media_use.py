"""Where a file of the library is shown: asked before it is taken away."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.posts.models import Edition, Post
from cms.posts.policy import PostPolicy
from cms.posts.queries import is_open

SHOWN = 50


@dataclass(frozen=True)
class Uses:
    """Posts and pages that the viewer may see, and whether there are others that they may not."""

    posts: list[Post]
    more: bool
    elsewhere: bool


def posts_showing(session: Session, media_id: int, *, viewer: User, at: datetime) -> Uses:
    """Posts that show it in their working text, as their image, or to readers now or soon.

    It reads every text: ask for one file at a time.
    """
    address = f"/media/{media_id}/"
    read = exists().where(
        Edition.post_id == Post.id,
        is_open(at),
        or_(Edition.featured_media_id == media_id, Edition.body_html.contains(address, autoescape=True)),
    )
    uses = and_(
        Post.trashed_at.is_(None),
        or_(Post.featured_media_id == media_id, Post.body.contains(address, autoescape=True), read),
    )
    visible = PostPolicy(viewer).viewable()
    newest = select(Post).where(uses, visible).order_by(Post.updated_at.desc(), Post.id.desc())
    posts = list(session.scalars(newest.limit(SHOWN + 1)))
    hidden = session.scalar(select(Post.id).where(uses, ~visible).limit(1))
    return Uses(posts[:SHOWN], len(posts) > SHOWN, hidden is not None)
