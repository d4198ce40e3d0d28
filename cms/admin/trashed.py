"""What lies in the trash: things of several tables as one list, and who put each there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from cms import search
from cms.accounts.models import User
from cms.admin.moves import Move
from cms.audit.models import Event
from cms.comments import queries as comments
from cms.comments.lifecycle import MOVE_LABELS as COMMENT_MOVES
from cms.comments.lifecycle import TRASHED, CommentMove
from cms.comments.models import Comment
from cms.comments.policy import CommentPolicy
from cms.core.i18n import N_
from cms.core.permissions import Permission
from cms.media.models import Media
from cms.media.policy import MediaPolicy
from cms.media.queries import describing
from cms.posts.lifecycle import MOVE_LABELS as POST_MOVES
from cms.posts.lifecycle import PostMove
from cms.posts.models import Post, PostKind
from cms.posts.policy import PostPolicy
from cms.posts.queries import listed, loaded

KINDS = {"post": N_("Post"), "page": N_("Page"), "file": N_("File"), "comment": N_("Comment")}
ICONS = {"post": "i-post", "page": "i-page", "file": "i-media", "comment": "i-chat"}
MODELS: dict[str, Any] = {"post": Post, "page": Post, "file": Media, "comment": Comment}
SEARCHED: dict[Any, search.Index] = {Post: search.POSTS, Media: search.MEDIA, Comment: search.COMMENTS}
#: Things that are named one by one when words are looked for.
MOST_NAMED = 1_000
AREAS = {"post": "posts", "page": "pages", "file": "media", "comment": "comments"}
WHEN = func.coalesce(Comment.moderated_at, Comment.created_at)
#: In the words of the index of these.
IS_TRASHED = func.lower(Comment.status, type_=String()) == literal(TRASHED.value, String(), literal_execute=True)
Key = tuple[str, int]
Narrowed = Callable[[ColumnElement[bool]], ColumnElement[bool]]
Narrow = Callable[[Select[*tuple[Any, ...]]], Select[*tuple[Any, ...]]]


@dataclass(frozen=True)
class Trashed:
    """One thing in the trash, ready to print; `key` is how the bulk form names it."""

    record: Any
    key: str
    kind: str
    icon: str
    by: str
    since: datetime
    place: int
    move: Move
    href: str


class Trash:
    """The trash as one person may see it."""

    def __init__(self, session: Session, viewer: User) -> None:
        self.session = session
        self.posts, self.files, self.comments = PostPolicy(viewer), MediaPolicy(viewer), CommentPolicy(viewer)

    def visible(self, kind: str) -> ColumnElement[bool]:
        """THE row scope of one kind."""
        match kind:
            case "file":
                return Media.trashed_at.is_not(None) & self.files.viewable()
            case "comment":
                return IS_TRASHED & self.comments.visible()
            case _:
                return Post.trashed_at.is_not(None) & (Post.kind == PostKind(kind)) & self.posts.viewable()

    def page(self, words: str, narrow: Narrow) -> Select[*tuple[Any, ...]]:
        """Kind, id, time, and a place that breaks ties between things of one moment.

        Each kind is narrowed and cut to the length of the page by itself, from the index of when it was put away.
        """
        found = self._found(words) if words else {}
        parts = []
        for number, (kind, model) in enumerate(MODELS.items()):
            since = WHEN if model is Comment else model.trashed_at
            place = (model.id * len(MODELS) + number).label("place")
            part = select(literal(kind).label("kind"), model.id.label("id"), since.label("since"), place)
            has_words = found.get(model.__tablename__)
            fits = has_words(self.visible(kind)) if has_words else self.visible(kind)
            one = narrow(select(part.where(fits).subquery()))
            parts.append(select(one.subquery()))
        return narrow(select(union_all(*parts).subquery()))

    def load(self, rows: Iterable[Any]) -> list[Trashed]:
        """The things of one page: a query for each table, and one for who put them here."""
        rows = list(rows)
        records = self.records([(row.kind, row.id) for row in rows])
        actors = _who_trashed(self.session, records.values())
        return [self._ready(row, records[row.kind, row.id], actors) for row in rows if (row.kind, row.id) in records]

    def records(self, keys: Iterable[Key], *, for_update: bool = False) -> dict[Key, Any]:
        """Locked, where that is asked, in the order of their kinds and ids."""
        wanted: dict[str, list[int]] = {kind: [] for kind in MODELS}
        for kind, row_id in keys:
            wanted[kind].append(row_id)
        found: dict[Key, Any] = {}
        for kind, ids in wanted.items():
            if not ids:
                continue
            model = MODELS[kind]
            query = (
                select(model)
                .where(model.id.in_(ids), search.asked_last(self.visible(kind)))
                .options(*_loading(kind, whole=for_update))
            )
            if for_update:
                query = query.order_by(model.id).with_for_update(of=model, key_share=True)
            found |= {(kind, record.id): record for record in self.session.scalars(query)}
        return found

    def _found(self, words: str) -> dict[str, Narrowed]:
        """What has these words, by table: few are named, and of many each thing in the trash is asked by itself."""
        return {model.__tablename__: self._with_words(index, model, words) for model, index in SEARCHED.items()}

    def _with_words(self, index: search.Index, model: Any, words: str) -> Narrowed:
        ids = search.hits(self.session, index, words, MOST_NAMED + 1)
        if len(ids) > MOST_NAMED:
            return lambda scope: and_(scope, search.having(self.session, index, model.id, words))
        return lambda scope: and_(search.among(self.session, model.id, ids), search.asked_last(scope))

    def _ready(self, row: Any, record: Any, actors: dict[tuple[str, int], str]) -> Trashed:
        return Trashed(
            record=record,
            key=f"{row.kind}-{row.id}",
            kind=KINDS[row.kind],
            icon=ICONS[row.kind],
            by=actors.get((record.__tablename__, row.id), ""),
            since=row.since,
            place=row.place,
            move=self._way_back(record),
            href=f"/admin/{AREAS[row.kind]}/{row.id}/restore",
        )

    def _way_back(self, record: Any) -> Move:
        if isinstance(record, Media):
            return Move("restore", N_("Restore"), self.files.may(Permission.MEDIA_MANAGE, record), "i-back")
        if isinstance(record, Comment):
            decision = self.comments.may(Permission.COMMENT_MODERATE, record)
            return Move(CommentMove.RESTORE, COMMENT_MOVES[CommentMove.RESTORE], decision, "i-back")
        decision = self.posts.may_move(PostMove.RESTORE, record)
        return Move(PostMove.RESTORE, POST_MOVES[PostMove.RESTORE], decision, "i-back")


def _loading(kind: str, *, whole: bool) -> tuple[Any, ...]:
    """Whoever only looks does not read the texts of posts."""
    match kind:
        case "file":
            return (describing(),)
        case "comment":
            return comments.loaded()
        case _:
            return loaded() if whole else listed()


def _who_trashed(session: Session, records: Iterable[Any]) -> dict[tuple[str, int], str]:
    """By name, whoever did it last; nobody where an import brought the thing as it is."""
    subjects = [(record.__tablename__, record.id) for record in records]
    if not subjects:
        return {}
    verbs = ("post.trash", "page.trash", "media.trash", "comment.trash")
    rows = session.execute(
        select(Event.subject_type, Event.subject_id, User.name)
        .join(User, User.id == Event.actor_id)
        .where(tuple_(Event.subject_type, Event.subject_id).in_(subjects), Event.verb.in_(verbs))
        .order_by(Event.id)
    )
    return {(kind, row_id or 0): name for kind, row_id, name in rows}
