"""Sites to import, made of what a test is about, and what became of them."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from cms.importers.parsed import ItemKind, ParsedItem, ParsedSite
from cms.posts.models import Edition, Post


def site(*items: ParsedItem, **values) -> ParsedSite:
    return ParsedSite(origin="wordpress:https://old.example.com", items=items, **values)


def item(source_id: str = "1", **values) -> ParsedItem:
    return ParsedItem(**{"source_id": source_id, "kind": ItemKind.POST, "title": "A title", "label": "Post 1"} | values)


def post_of(session: Session, origin: str) -> Post:
    query = select(Post).where(Post.origin.endswith(origin))
    return session.scalars(query.options(selectinload(Post.tags), selectinload(Post.author))).one()


def edition_of(session: Session, post: Post) -> Edition | None:
    return session.scalar(select(Edition).where(Edition.post_id == post.id))
