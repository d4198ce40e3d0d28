"""Comments by the post that they stand below: by its address, or by words of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, CompoundSelect, Select, select, union_all
from sqlalchemy.orm import Session

from cms import search
from cms.accounts.models import User
from cms.comments.models import Comment
from cms.posts import queries as posts
from cms.posts.models import Edition, Post
from cms.posts.policy import PostPolicy

#: Posts that are named one by one; where more have the words, each comment that is met asks for its own.
MOST_NAMED = 200


@dataclass(frozen=True)
class OnPosts:
    """What was asked for; `named` has the ids of the posts, unless these are many."""

    session: Session
    words: str
    viewer: User
    at: datetime
    named: list[int] | None

    def condition(self) -> ColumnElement[bool]:
        if self.named is not None:
            return search.among(self.session, Comment.post_id, self.named)
        return posts.has_words(self.session, self.words, Comment.post_id, viewer=self.viewer, at=self.at)

    def ids(self) -> Select[int] | CompoundSelect[int]:
        """Of just these comments; one may come more than once, by several texts of its post."""
        if self.named is not None:
            return select(Comment.id).where(self.condition())
        worked_on, shown = (search.entries(self.session, one, self.words) for one in (search.POSTS, search.EDITIONS))
        whole = search.entries(self.session, search.POSTS, self.words, whole=True)  # first: SQLite finds these at once
        of_worked_on = (
            select(Comment.id)
            .join(Post, Post.id == Comment.post_id)
            .join(found, found.c.id == Post.id)
            .where(search.asked_last(PostPolicy(self.viewer).viewable()))
            for found in (whole, worked_on)
        )
        return union_all(
            *of_worked_on,
            select(Comment.id)
            .join(Edition, Edition.post_id == Comment.post_id)
            .join(shown, shown.c.id == Edition.id)
            .where(search.asked_last(posts.is_live(self.at))),
        )


def on_posts(session: Session, words: str, *, viewer: User, at: datetime) -> OnPosts:
    """One question, at any size."""
    named = posts.about(session, words, viewer=viewer, at=at, most=MOST_NAMED)
    return OnPosts(session, words, viewer, at, named)
