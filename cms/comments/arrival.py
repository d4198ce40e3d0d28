"""A comment at the door: whether it may come in at all, and what speaks against showing it at once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.comments import queries
from cms.comments.fields import Draft
from cms.comments.models import Ban, Comment
from cms.comments.policy import CommentPolicy
from cms.comments.reasons import Reason
from cms.comments.senders import Sender
from cms.core.errors import Conflict, NotAllowed
from cms.core.i18n import _, said_moment
from cms.core.permissions import Permission
from cms.posts import queries as posts
from cms.posts.models import Edition, PostKind
from cms.posts.shown import Story
from cms.settings.queries import SiteSettings

#: Within this time, and from this many characters on, nobody says the same thing again by chance.
REPEATED = timedelta(days=30)
WORTH_COMPARING = 30
_LINK = re.compile(r"<a\s", re.IGNORECASE)


@dataclass(frozen=True)
class Arrival:
    """What a visitor sent about a live post, and what the edge noticed: a trap filled in, a form sent too fast."""

    edition: Story
    draft: Draft
    sender: Sender
    rules: SiteSettings
    parent_id: int | None = None
    noticed: tuple[Reason, ...] = ()


def require_open(edition: Story, rules: SiteSettings, *, by: User | None, at: datetime) -> None:
    """Refuse where this post takes no comments (Conflict) or takes none from this person (NotAllowed)."""
    if not is_open(edition, rules, at=at):
        raise Conflict(_("Comments on “%(title)s” are closed.", title=edition.title))
    if rules.comments_from == "members" and by is None:
        raise NotAllowed(_("Only members may comment here. Sign in first."))


def is_open(edition: Story, rules: SiteSettings, *, at: datetime) -> bool:
    """Whether this post takes comments from anybody; pages never do."""
    days = rules.comments_close_days
    is_late = bool(days) and edition.published_at + timedelta(days=days) <= at
    takes_them = edition.comments_open and edition.kind is PostKind.POST
    return bool(rules.comments_enabled) and takes_them and not is_late


def next_closing(session: Session, rules: SiteSettings, at: datetime) -> datetime | None:
    """When the next post becomes too old for comments; None where none will."""
    days = timedelta(days=rules.comments_close_days)
    if not days:
        return None
    oldest = select(func.min(Edition.published_at)).where(
        Edition.kind == PostKind.POST, Edition.published_at > at - days
    )
    published = session.scalar(oldest)
    return published + days if published is not None else None


def reasons_to_hold(session: Session, arrival: Arrival, *, by: User | None, at: datetime) -> list[Reason]:
    """None for the author of the post and for its moderators; a banned member is told, a banned guest is not."""
    draft, rules = arrival.draft, arrival.rules
    networks = arrival.sender.networks
    ban = queries.ban_on(session, by=by, email=draft.email, networks=networks, at=at)
    if ban is not None and by is not None:
        raise NotAllowed(_told(ban))
    if by is not None and _is_trusted(session, by, arrival.edition):
        return []
    checks = (
        (Reason.BANNED, ban is not None),
        (Reason.LINKS, len(_LINK.findall(draft.body_html)) > rules.comments_max_links),
        (Reason.WORD, _has_word(f"{draft.name}\n{draft.email}\n{draft.body}", rules.comments_words)),
        (Reason.DUPLICATE, _is_repeated(session, draft, by, at)),
        (Reason.MODERATION_ON, rules.comments_hold == "all"),
        (Reason.FIRST_COMMENT, rules.comments_hold != "none" and not _is_known(session, draft, by)),
    )
    return [*arrival.noticed, *(reason for reason, applies in checks if applies)]


def _told(ban: Ban) -> str:
    """What somebody learns of a ban on themselves; that on a network may be about others."""
    if ban.network is not None:
        return _("You may not comment here for the time being.")
    told = (
        _("You may not comment here until %(end)s.", end=said_moment(ban.until))
        if ban.until is not None
        else _("You may not comment here for the time being.")
    )
    why = _("The reason: %(reason)s", reason=ban.reason)
    return f"{told} {why}" if ban.reason else told


def _is_trusted(session: Session, person: User, edition: Story) -> bool:
    if edition.author_id == person.id:
        return True
    comment = Comment(post=posts.by_id(session, edition.post_id))
    return bool(CommentPolicy(person).may(Permission.COMMENT_MODERATE, comment))


def _is_known(session: Session, draft: Draft, by: User | None) -> bool:
    return queries.is_known(session, author_id=by.id if by else None, name=draft.name, email=draft.email)


def _is_repeated(session: Session, draft: Draft, by: User | None, at: datetime) -> bool:
    if len(draft.body) < WORTH_COMPARING:
        return False
    author_id = by.id if by else None
    return bool(
        queries.same_words(session, author_id=author_id, email=draft.email, body=draft.body, since=at - REPEATED)
    )


def _has_word(text: str, words: Iterable[str]) -> bool:
    """Whole words and phrases, whatever their case: holding “ass” does not hold “passage”."""
    wanted = [re.escape(word.strip().casefold()) for word in words if word.strip()]
    return bool(wanted) and re.search(rf"(?<!\w)(?:{'|'.join(wanted)})(?!\w)", text.casefold()) is not None
