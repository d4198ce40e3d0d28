"""Everything that can be done to a token. The edges call these, then commit."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import Changes, record
from cms.core.decision import require
from cms.core.errors import Conflict, Faults, Invalid
from cms.core.i18n import _
from cms.core.text import clean_line
from cms.tokens import answers
from cms.tokens.models import LONGEST_NAME, ApiToken
from cms.tokens.policy import TokenPolicy
from cms.tokens.scopes import LABELS
from cms.tokens.secrets import HINT_LENGTH, digest_of, fresh_token

#: Days after which a token ends by itself; one that never ends is not offered.
LASTS = (7, 30, 90, 365)
MOST_LIVE = 50


def create(
    session: Session, *, name: str, scopes: Collection[str], days: int, key: str, by: User, at: datetime
) -> tuple[ApiToken, str]:
    """A token of one's own; returns the row and its text, which is kept nowhere."""
    faults = Faults()
    with faults.of("name"):
        name = _checked_name(name)
    with faults.of("scopes"):
        granted = _checked_scopes(by, scopes)
    if days not in LASTS:
        faults["days"] = _("Choose one of the list.")
    faults.refuse()
    _refuse_too_many(session, by, at)
    text = fresh_token()
    token = ApiToken(
        user_id=by.id,
        name=name,
        hint=text[-HINT_LENGTH:],
        digest=digest_of(text, key),
        scopes=granted,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    session.add(token)
    shown: Changes = {"name": (None, name), "scopes": ([], granted), "expires_at": (None, token.expires_at)}
    record(session, "token.create", token, by=by, at=at, changes=shown)
    return token, text


def revoke(session: Session, token: ApiToken, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """From now on it opens nothing, nor does what was made from it."""
    require(TokenPolicy(by).may_revoke(token))
    if token.revoked_at is not None:
        raise Conflict(_("“%(token)s” is revoked already.", token=token))
    token.revoked_at = at
    record(session, "token.revoke", token, by=by, at=at, changes={"revoked_at": (None, at)}, batch_id=batch_id)


def note_used(session: Session, used: Mapping[int, datetime]) -> None:
    """Write down when tokens were last used; no event, as nothing changed."""
    for token_id, moment in used.items():
        older = ApiToken.last_used_at.is_(None) | (ApiToken.last_used_at < moment)
        using = update(ApiToken).where(ApiToken.id == token_id, older).values(last_used_at=moment)
        session.execute(using.execution_options(synchronize_session=False))


def forget(session: Session, person: User) -> None:
    """The tokens of somebody who is erased: their names may tell of the person."""
    theirs = select(ApiToken.id).where(ApiToken.user_id == person.id)
    answers.forget_all(session, theirs)
    session.execute(delete(ApiToken).where(ApiToken.user_id == person.id))


def _checked_name(value: str) -> str:
    name = clean_line(value)
    if not name:
        raise Invalid(_("A name is needed."))
    if len(name) > LONGEST_NAME:
        raise Invalid(_("At most %(most)s characters fit here; this has %(has)s.", most=LONGEST_NAME, has=len(name)))
    return name


def _checked_scopes(by: User, scopes: Collection[str]) -> list[str]:
    """In the order of the matrix; nobody gives away what they do not hold."""
    giveable = TokenPolicy(by).giveable()
    lacking = sorted(set(scopes) - set(giveable))
    if lacking:
        known = next((scope for scope in lacking if scope in LABELS), None)
        name = _(LABELS[known]) if known is not None else lacking[0]
        raise Invalid(_("You do not have the right “%(right)s” yourself.", right=name))
    return [scope for scope in giveable if scope in scopes]


def _refuse_too_many(session: Session, by: User, at: datetime) -> None:
    live = select(func.count()).where(
        ApiToken.user_id == by.id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > at
    )
    if (session.scalar(live) or 0) >= MOST_LIVE:
        raise Conflict(_("You have %(most)s tokens already. Revoke one first.", most=MOST_LIVE))
