"""The conversation under a post, as readers see it: approved comments in the shape in which they answer each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import ColumnElement, Integer, ScalarSelect, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, lazyload, load_only
from sqlalchemy.sql.base import ExecutableOption

from cms.accounts.models import User
from cms.comments.lifecycle import APPROVED
from cms.comments.models import Comment
from cms.comments.queries import later_than
from cms.core.db import fits

#: Threads on one page; a thread is a comment that answers none, with everything below it.
PER_PAGE = 50

_POST: ColumnElement[int] = bindparam("post", type_=Integer())
_APPROVED = (Comment.post_id == _POST, Comment.status == APPROVED)


@dataclass
class Said:
    """A comment and its answers, the oldest first."""

    comment: Comment
    answers: list["Said"] = field(default_factory=list)
    #: Set where the depth is used up and the answer stands beside what it answers.
    answers_to: Comment | None = None


@dataclass(frozen=True)
class Talk:
    """A page of threads; `count` is of all approved comments, `more` the last thread shown where others follow."""

    threads: Sequence[Said]
    count: int
    more: int | None

    def people(self) -> Iterator[User]:
        """Everybody with an account who speaks here."""
        waiting = list(self.threads)
        while waiting:
            said = waiting.pop()
            waiting += said.answers
            if said.comment.author is not None:
                yield said.comment.author


def talk(session: Session, post_id: int, *, depth: int, after: int | None = None) -> Talk:
    """One query, whatever the number of comments, and one more where this page has none but others may.

    An answer to a comment that is gone begins a thread of its own; after one that is gone comes the first page.
    """
    asked = {"post": post_id, "most": PER_PAGE + 1} | ({} if after is None else {"after": after})
    rows = session.execute(_page(after is not None), asked).all()
    threads, more = _as_threads([row[0] for row in rows], depth)
    if rows:
        return Talk(threads, rows[0][1], more)
    return Talk(threads, 0 if after is None else session.scalar(select(_total()), asked) or 0, more)


@cache
def _page(is_further: bool) -> Select[Comment, int]:
    """Comments, each with how many there are in all; put together once, which takes longer than to ask it."""
    roots = select(Comment.id).where(*_APPROVED, _answers_none()).order_by(Comment.created_at, Comment.id)
    if is_further:
        roots = roots.where(later_than(bindparam("after", type_=Integer())))
    shown = roots.limit(bindparam("most", type_=Integer())).subquery()
    below = select(shown.c.id).cte(recursive=True)
    below = below.union(select(Comment.id).join(below, Comment.parent_id == below.c.id).where(_is_approved()))
    comments = select(Comment, _total()).where(Comment.id.in_(select(below.c.id)))
    return comments.order_by(Comment.created_at, Comment.id).options(*as_shown())


def _total() -> ScalarSelect[int]:
    return select(func.count()).select_from(Comment).where(*_APPROVED).scalar_subquery()


def newest(session: Session, post_id: int, *, most: int) -> Sequence[Comment]:
    """What was said last, whatever it answers."""
    approved = (Comment.post_id == post_id, Comment.status == APPROVED)
    query = select(Comment).where(*approved).order_by(Comment.created_at.desc(), Comment.id.desc()).limit(most)
    return session.scalars(query.options(with_author())).all()


def answerable(session: Session, post_id: int, comment_id: int) -> Comment | None:
    """The public comment of this post that somebody wants to answer."""
    if not fits(comment_id):
        return None
    query = select(Comment).where(Comment.id == comment_id, Comment.post_id == post_id, Comment.status == APPROVED)
    return session.scalar(query.options(with_author()))


def sent(session: Session, comment_id: int) -> Comment | None:
    """A comment for whoever sent it, whatever became of it."""
    return session.scalar(select(Comment).where(Comment.id == comment_id).options(with_author()))


def as_shown() -> tuple[ExecutableOption, ...]:
    """For pages, which show neither the source of a comment nor what is known of whoever sent it."""
    places = (Comment.post_id, Comment.parent_id, Comment.author_id, Comment.created_at, Comment.edited_at)
    words = (Comment.guest_name, Comment.guest_url, Comment.body_html, Comment.status, Comment.is_mention)
    return load_only(*places, *words), with_author()


def with_author() -> ExecutableOption:
    """A name and a portrait to show, and nothing else of a person."""
    shown = load_only(User.username, User.display_name, User.avatar_id)
    return joinedload(Comment.author).options(shown, lazyload(User.roles))


def _answers_none() -> ColumnElement[bool]:
    parent = aliased(Comment)
    public_parent = exists().where(parent.id == Comment.parent_id, parent.status == APPROVED, parent.post_id == _POST)
    return or_(Comment.parent_id.is_(None), ~public_parent)


def _is_approved() -> ColumnElement[bool]:
    """Written so that no index on the status fits: answers are found by what they answer, or SQLite reads them all."""
    return func.lower(Comment.status) == APPROVED.value


def _as_threads(comments: Sequence[Comment], depth: int) -> tuple[list[Said], int | None]:
    """Nested down to `depth`; below that, answers stand in a row and say what they answer."""
    known = {comment.id for comment in comments}
    roots = [comment for comment in comments if comment.parent_id not in known]
    answers: dict[int | None, list[Comment]] = {}
    for comment in comments:
        answers.setdefault(comment.parent_id, []).append(comment)
    threads: list[Said] = []
    waiting: list[_Waiting] = [(root, threads, None, 1) for root in reversed(roots[:PER_PAGE])]
    while waiting:
        comment, place, parent, level = waiting.pop()
        said = Said(comment, answers_to=parent if level > depth else None)
        place.append(said)
        below = said.answers if level < depth else place
        waiting += [(answer, below, comment, level + 1) for answer in reversed(answers.get(comment.id, []))]
    return threads, roots[PER_PAGE - 1].id if len(roots) > PER_PAGE else None


#: A comment, the list that it goes into, what it answers, and how deep it stands.
_Waiting = tuple[Comment, list[Said], Comment | None, int]
