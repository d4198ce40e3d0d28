"""The conversation under a post, as readers see it: approved comments in the shape in which they answer each other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, ScalarSelect, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload, load_only
from sqlalchemy.sql.base import ExecutableOption

from cms.accounts.models import User
from cms.comments.lifecycle import APPROVED
from cms.comments.models import Comment
from cms.comments.queries import later_than
from cms.comments.shown import Remark, Speaker
from cms.core.db import fits
from cms.core.gathering import gathered, read_by
from cms.core.planning import few, few_named
from cms.posts.rows import EDITIONS

#: Threads on one page; a thread is a comment that answers none, with everything below it.
PER_PAGE = 50

_POST: ColumnElement[int] = bindparam("post", type_=Integer())
_COMMENTS, _USERS = Comment.__table__, User.__table__
_C = _COMMENTS.c
_APPROVED = (_C.post_id == _POST, _C.status == APPROVED)
_OLDEST_FIRST = _C.created_at, _C.id
#: Where a row has what is said of a comment itself, and of who wrote it.
_OWN = slice(len(Remark._fields) - 1)
_SPEAKER = slice(_OWN.stop, _OWN.stop + len(Speaker._fields))


@dataclass
class Said:
    """A comment and its answers, the oldest first."""

    comment: Remark
    answers: list["Said"] = field(default_factory=list)
    #: Set where the depth is used up and the answer stands beside what it answers.
    answers_to: Remark | None = None


@dataclass(frozen=True)
class Talk:
    """A page of threads; `count` is of all approved comments, `more` the last thread shown where others follow."""

    threads: Sequence[Said]
    count: int
    more: int | None

    def people(self) -> Iterator[Speaker]:
        """Everybody with an account who speaks here."""
        waiting = list(self.threads)
        while waiting:
            said = waiting.pop()
            waiting += said.answers
            if said.comment.author is not None:
                yield said.comment.author


def beginning() -> ScalarSelect[list[list[Any]]]:
    """What was said first under an edition, whatever it answers: a column for `talk`, of a statement about editions."""
    return _beginning(PER_PAGE + 1)


@cache
def _beginning(most: int) -> ScalarSelect[list[list[Any]]]:
    """Put together once, so that a statement with it is as well."""
    said = _select().where(_C.post_id == EDITIONS.c.post_id, _C.status == APPROVED).correlate(EDITIONS)
    return gathered(said.order_by(*_OLDEST_FIRST).limit(few(most)))


def talk(session: Session, post_id: int, begun: Iterable[Any] | None, *, depth: int, after: int | None = None) -> Talk:
    """Of what `beginning` says where few have spoken, as almost everywhere; a page of many is asked for.

    An answer to a comment that is gone begins a thread of its own; after one that is gone comes the first page.
    """
    if after is None:
        first = [_cells(row) for row in begun or ()]
        if len(first) <= PER_PAGE:
            return Talk(_as_threads(first, depth)[0], len(first), None)
    asked = {"post": post_id, "most": PER_PAGE + 1} | ({"after": after} if after is not None else {})
    rows = session.execute(_page(after is not None), asked).all()
    threads, more = _as_threads(rows, depth)
    return Talk(threads, rows[0].total if rows else session.scalar(select(_total()), asked) or 0, more)


@cache
def _page(is_further: bool) -> Select[Any]:
    """Threads that are as many as a page has, with everything below them."""
    roots = select(_C.id).where(*_APPROVED, _answers_none()).order_by(*_OLDEST_FIRST)
    if is_further:
        roots = roots.where(later_than(bindparam("after", type_=Integer())))
    shown = roots.limit(few_named("most")).subquery()
    below = select(shown.c.id).cte(recursive=True)
    below = below.union(select(_C.id).join(below, _C.parent_id == below.c.id).where(_is_approved()))
    return _select(_total().label("total")).where(_C.id.in_(select(below.c.id))).order_by(*_OLDEST_FIRST)


def _select(*more: ColumnElement[Any]) -> Select[Any]:
    """Columns of tables, never attributes of models, one of which would make the ORM read them."""
    own, of_author = [_C[name] for name in Remark._fields[_OWN]], [_USERS.c[name] for name in Speaker._fields]
    return select(*own, *of_author, *more).select_from(_COMMENTS.outerjoin(_USERS, _USERS.c.id == _C.author_id))


def _total() -> ScalarSelect[int]:
    return select(func.count()).select_from(_COMMENTS).where(*_APPROVED).scalar_subquery()


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


def with_author() -> ExecutableOption:
    """A name and a portrait to show, and nothing else of a person."""
    shown = load_only(User.username, User.display_name, User.avatar_id)
    return joinedload(Comment.author).options(shown, lazyload(User.roles))


def _answers_none() -> ColumnElement[bool]:
    parent = _COMMENTS.alias()
    public_parent = exists().where(parent.c.id == _C.parent_id, parent.c.status == APPROVED, parent.c.post_id == _POST)
    return or_(_C.parent_id.is_(None), ~public_parent)


def _is_approved() -> ColumnElement[bool]:
    """Written so that no index on the status fits: answers are found by what they answer, or SQLite reads them all."""
    return func.lower(_C.status) == APPROVED.value


_cells = read_by(_select())


def _remark(row: Sequence[Any]) -> Remark:
    author = row[_SPEAKER]
    return Remark._make((*row[_OWN], Speaker._make(author) if author[0] is not None else None))


def _as_threads(rows: Iterable[Sequence[Any]], depth: int) -> tuple[list[Said], int | None]:
    """Nested down to `depth`; below that, answers stand in a row and say what they answer."""
    remarks = [_remark(row) for row in rows]
    known = {one.id for one in remarks}
    roots = [one for one in remarks if one.parent_id not in known]
    answers: dict[int | None, list[Remark]] = {}
    for one in remarks:
        answers.setdefault(one.parent_id, []).append(one)
    threads: list[Said] = []
    waiting: list[_Waiting] = [(root, threads, None, 1) for root in reversed(roots[:PER_PAGE])]
    while waiting:
        remark, place, parent, level = waiting.pop()
        said = Said(remark, answers_to=parent if level > depth else None)
        place.append(said)
        below = said.answers if level < depth else place
        waiting += [(answer, below, remark, level + 1) for answer in reversed(answers.get(remark.id, []))]
    return threads, roots[PER_PAGE - 1].id if len(roots) > PER_PAGE else None


#: A comment, the list that it goes into, what it answers, and how deep it stands.
_Waiting = tuple[Remark, list[Said], Remark | None, int]
