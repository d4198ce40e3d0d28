"""Events as sentences: who did what to which thing, with before and after, ids turned into names."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, literal, select, true, union_all
from sqlalchemy.orm import Session, joinedload

from cms.accounts.models import User
from cms.accounts.policy import PlainPolicy
from cms.admin import telling
from cms.admin.event_values import WORDS, Names, role_names, said, tag_ids_in, told
from cms.admin.event_words import NOUNS, act_of, label_of
from cms.admin.portraits import portraits_of
from cms.audit.actions import CHANGED, PARTS
from cms.audit.inverses import Difference
from cms.audit.models import Event
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.media.models import Media, MediaFolder
from cms.posts.diff import Piece, compare, replaced
from cms.posts.models import Post
from cms.posts.policy import PostPolicy
from cms.series.models import Series
from cms.taxonomy.models import Tag
from cms.web import visitor

#: Whoever holds one of these may know what others did.
KNOWING = (Permission.AUDIT_VIEW, Permission.AUDIT_UNDO)

#: Texts longer than this are folded.
LONG = 400

#: What only undoing asks for: it says nothing that the rest of the event does not.
HIDDEN = frozenset(
    {
        PARTS,
        "created_at",
        "created_by_id",
        "erased",
        "gained_editions",
        "gained_posts",
        "into_parent_id",
        "key",
        "moderated_at",
        "moderated_by_id",
        "sealed_secret",
        "signed",
    }
)

#: What is kept beside an event so that it can be erased, but is no secret to whoever may read the record.
OPEN = frozenset({"username", "display_name", "bio", "passkey", "reason"})

#: Field → the table that its ids are of.
IDS: dict[str, Any] = {
    "author_id": User,
    "user_id": User,
    "uploaded_by_id": User,
    "featured_media_id": Media,
    "avatar_id": Media,
    "logo_id": Media,
    "folder_id": MediaFolder,
    "parent_id": Post,
    "post_id": Post,
    "home_page_id": Post,
    "series_id": Series,
}
#: The same for fields that mean another table in one kind of subject.
IDS_OF: dict[tuple[str, str], Any] = {
    ("tags", "parent_id"): Tag,
    ("tags", "into_id"): Tag,
    ("media_folders", "parent_id"): MediaFolder,
}

#: What things are called, read without the things themselves: a post may be a megabyte.
NAMES = {
    User: User.name,
    Post: Post.title,
    Media: Media.name,
    MediaFolder: MediaFolder.name,
    Tag: Tag.name,
    Series: Series.title,
}

#: Where a subject can be looked at.
PAGES = {
    "posts": "/admin/posts/details/?id={}",
    "tags": "/admin/tags/edit/?id={}",
    "series": "/admin/series/edit/?id={}",
    "media": "/admin/media/details/?id={}",
    "comments": "/admin/comments/details/?id={}",
    "bans": "/admin/bans/details/?id={}",
    "users": "/admin/users/details/?id={}",
    "roles": "/admin/roles/details/?id={}",
    "redirects": "/admin/redirects/edit/?id={}",
    "settings": "/admin/settings/",
    "webhooks": "/admin/webhooks/details/?id={}",
}


@dataclass(frozen=True)
class Change:
    """One field, before and after."""

    label: str
    pieces: list[Piece]

    @property
    def is_long(self) -> bool:
        return sum(len(piece.text) for piece in self.pieces) > LONG


@dataclass(frozen=True)
class EventLine:
    """An event, ready to print."""

    event: Event
    actor: str
    #: Where somebody's portrait is; None shows their initials.
    portrait: str | None
    act: str
    noun: str
    label: str
    href: str | None
    record_href: str | None
    changes: list[Change]
    #: What was kept beside it for owners alone, in words.
    beside: list[str]

    @property
    def sentence(self) -> str:
        """The same in plain text."""
        what = f"“{self.label}”" if self.label else ""
        return _("%(actor)s %(act)s %(what)s", actor=self.actor, act=self.act, what=what).strip()


def record_link(kind: str, subject_id: int | None = None) -> str | None:
    """Where the record of one thing, or of one kind of thing, can be read; None for whoever may not see activity."""
    if not PlainPolicy(visitor()).may(Permission.AUDIT_VIEW):
        return None
    one = {"type": kind, "id": subject_id} if subject_id is not None else {"area": kind}
    address: str = url_for("admin_activity.index_view", **one)
    return address


def latest(*conditions: ColumnElement[bool]) -> Select[Event]:
    """The events that `lines_of` tells, the newest first; what is kept beside each comes along."""
    query = select(Event).options(joinedload(Event.personal)).where(*conditions)
    return query.order_by(Event.at.desc(), Event.id.desc())


def lines_of(session: Session, events: list[Event], *, for_owner: bool = False) -> list[EventLine]:
    """Names are looked up for all events at once, in one query whatever they mention.

    Owners are told addresses as well.
    """
    names, portraits = _names(session, events), portraits_of({event.actor_id for event in events})
    return [_line(event, names, _beside(event, for_owner), portraits.get(event.actor_id)) for event in events]


def differences_of(session: Session, kind: str, differences: Iterable[Difference]) -> list[Change]:
    """What keeps an event from being undone: what it left, and what is there now."""
    pairs = {one.field: [one.left, one.now] for one in differences}
    event = Event(subject_type=kind, changes=pairs)
    names = _names(session, [event])
    return [_change(event, field, pair, names) for field, pair in pairs.items()]


def _line(event: Event, names: Names, beside: dict[str, Any], portrait: str | None) -> EventLine:
    page = PAGES.get(event.subject_type)
    noun = telling.special_noun(event) or _(NOUNS.get(event.subject_type, event.subject_type))
    own = telling.own_act(event)
    label = _label(event, names)
    if event.verb.startswith("page."):
        page = "/admin/pages/details/?id={}"
    return EventLine(
        event=event,
        actor=names.get((User, event.actor_id or 0), telling.stranger(event.verb)),
        portrait=portrait,
        act=own or telling.special_act(event) or act_of(event.verb),
        noun=noun,
        label="" if own else label or noun,
        href=page.format(event.subject_id) if page and (event.subject_id or "{" not in page) else None,
        record_href=record_link(event.subject_type, event.subject_id),
        changes=[
            change
            for field, pair in event.changes.items()
            if field not in HIDDEN and (change := _change(event, field, beside.get(field, pair), names)).pieces
        ],
        beside=[told(field, value) for field, value in beside.items() if field not in event.changes],
    )


def _label(event: Event, names: Names) -> str | None:
    """What the subject is called: people as they are called now, and what the site named in the words of the reader."""
    match event.subject_type:
        case "users":
            return names.get((User, event.subject_id or 0))
        case "settings":
            return None
        case "roles":
            return _(event.subject_label) if event.subject_label else None
        case _:
            return event.subject_label


def _change(event: Event, field: str, pair: Any, names: Names) -> Change:
    label = label_of(field, event.subject_type)
    if pair == [CHANGED, CHANGED]:
        return Change(label, compare(_("changed"), _("changed")))
    before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
    table = _table_of(event, field)
    named = [
        names.get((table, value), f"#{value}") if table and type(value) is int else value for value in (before, after)
    ]
    sides = [said(field, value, names) for value in named]
    return Change(label, replaced(*sides) if field in WORDS else compare(*sides))


def _table_of(event: Event, field: str) -> Any:
    """The table that the ids of a field are of, if they are ids."""
    return IDS_OF.get((event.subject_type, field)) or IDS.get(field)


def _beside(event: Event, for_owner: bool) -> dict[str, Any]:
    """What was kept beside it and not erased since, as far as the reader may know it."""
    kept = event.personal.values if event.personal is not None else {}
    return {field: value for field, value in kept.items() if for_owner or field in OPEN}


def _names(session: Session, events: list[Event]) -> Names:
    wanted: dict[Any, set[int]] = {Tag: tag_ids_in(events)}
    for event in events:
        people = [event.actor_id, event.subject_id if event.subject_type == "users" else None]
        wanted.setdefault(User, set()).update(person for person in people if person is not None)
        for field, pair in event.changes.items():
            if (table := _table_of(event, field)) is not None and isinstance(pair, list):
                wanted.setdefault(table, set()).update(value for value in pair if type(value) is int)
    models = {model.__tablename__: model for model, ids in wanted.items() if ids}
    called = role_names(session, events)
    if not models:
        return called
    parts = (
        select(literal(table), model.id, NAMES[model].label("name")).where(
            model.id.in_(wanted[model]), _may_be_named(model)
        )
        for table, model in models.items()
    )
    return called | {(models[table], row_id): name for table, row_id, name in session.execute(union_all(*parts))}


def _may_be_named(model: Any) -> ColumnElement[bool]:
    """Whoever knows what others did knows all titles; whoever takes back their own, those of what they may see."""
    policy = PostPolicy(visitor())
    return policy.viewable() if model is Post and not policy.may_any(*KNOWING) else true()
