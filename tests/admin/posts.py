"""What the editor of posts sends, and what came of it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.posts.models import Post
from cms.posts.queries import loaded


def edited(post: Post, **fields: object) -> dict[str, object]:
    """What the editor's form sends, with some fields changed."""
    return {"version": post.version, "title": post.title, "body": post.body, "slug": post.slug} | fields


def only_post(session: Session) -> Post:
    """As it is now; the transaction ends at once, so that the browser may write."""
    session.commit()
    session.expire_all()
    post = session.scalars(select(Post).options(*loaded())).one()
    session.commit()
    return post
