"""Tokens: who may make which, what is kept of them, and what ends them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.accounts.policy import PlainPolicy, UserPolicy
from cms.audit.models import Event
from cms.core.errors import Conflict, Invalid, NotAllowed
from cms.core.permissions import Permission
from cms.posts.policy import PostPolicy
from cms.tokens import actions, queries
from cms.tokens.models import ApiToken
from cms.tokens.secrets import digest_of
from tests.conftest import NOON
from tests.factories import Make

P = Permission
KEY = "k" * 64


def created(session: Session, by: User, *scopes: str, **values: Any) -> tuple[ApiToken, str]:
    given: dict[str, Any] = {"name": "Importer", "scopes": scopes, "days": 30, "key": KEY, "by": by, "at": NOON}
    made = actions.create(session, **(given | values))
    session.flush()
    return made


def within(person: User, *rights: Permission) -> User:
    """The person as a token with these rights would have them."""
    person.acts_within = frozenset(rights)
    return person


def test_only_a_keyed_digest_is_kept_and_no_event_tells_the_secret(session: Session, make: Make) -> None:
    token, text = created(session, make.author(), P.POST_VIEW)

    event = session.scalars(select(Event).where(Event.subject_type == "api_tokens")).one()

    assert text.startswith("cds_")
    assert len(text) > 40
    assert token.digest == digest_of(text, KEY) != digest_of(text, "another key")
    assert token.hint == text[-4:]
    assert (event.verb, event.changes["scopes"]) == ("token.create", [[], ["post.view"]])
    assert text not in str(event.changes)
    assert token.expires_at == NOON + timedelta(days=30)


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": " "}, "name"), ({"name": "x" * 81}, "name"), ({"days": 8}, "days"), ({"scopes": ["no.such"]}, "scopes")],
)
def test_what_is_wrong_is_said_beside_its_field(
    session: Session, make: Make, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        created(session, make.author(), **values)

    assert list(refusal.value.fields) == [field]


def test_nobody_gives_a_token_a_right_that_they_lack(session: Session, make: Make) -> None:
    with pytest.raises(Invalid) as refusal:
        created(session, make.contributor(), P.POST_VIEW, P.POST_PUBLISH)

    assert refusal.value.fields == {"scopes": "You do not have the right “Publish posts” yourself."}


def test_there_is_an_end_to_how_many_one_may_have(
    session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_LIVE", 1)
    person = make.author()
    first, _text = created(session, person)

    with pytest.raises(Conflict):
        created(session, person)

    actions.revoke(session, first, by=person, at=NOON)
    session.flush()
    assert created(session, person)


def test_a_token_is_revoked_by_its_owner_or_by_who_manages_tokens(session: Session, make: Make) -> None:
    author, owner, editor = make.author(), make.owner(), make.editor()
    mine, _text = created(session, author)
    other, _text = created(session, author)

    with pytest.raises(NotAllowed):
        actions.revoke(session, mine, by=editor, at=NOON)
    actions.revoke(session, mine, by=author, at=NOON)
    actions.revoke(session, other, by=owner, at=NOON)

    assert mine.revoked_at == other.revoked_at == NOON
    with pytest.raises(Conflict):
        actions.revoke(session, mine, by=author, at=NOON)


def test_a_token_is_good_until_it_is_revoked_expires_or_its_owner_is_switched_off(session: Session, make: Make) -> None:
    person = make.author()
    token, _text = created(session, person)
    found = ApiToken.id == token.id
    last = NOON + timedelta(days=30)

    assert queries.live(session, found, NOON) == (token, person)
    assert queries.live(session, found, last - timedelta(seconds=1)) is not None
    assert queries.live(session, found, last) is None
    person.active = False
    session.flush()
    assert queries.live(session, found, NOON) is None


def test_an_owner_s_token_has_the_rights_that_it_was_given_and_no_other(session: Session, make: Make) -> None:
    owner = within(make.owner(), P.POST_VIEW, P.USER_MANAGE)
    policy = PlainPolicy(owner)

    assert policy.may(P.POST_VIEW)
    assert policy.may_without_limit(P.POST_VIEW)
    assert not policy.is_owner
    assert not policy.may(P.POST_PUBLISH)
    assert str(PostPolicy(owner).where(P.POST_PUBLISH)) != str(PostPolicy(owner).where(P.POST_VIEW))
    assert not UserPolicy(owner).may_give(make.roles["owner"])
    assert not UserPolicy(owner).may_give(make.roles["author"])
    assert not UserPolicy(owner).may(P.USER_MANAGE, make.owner())


def test_a_limited_right_stays_limited_in_a_token(session: Session, make: Make) -> None:
    author = within(make.author(), P.POST_PUBLISH)
    mine, other = make.post(author=author), make.post()
    policy = PostPolicy(author)

    assert policy.may(P.POST_PUBLISH, mine)
    assert not policy.may(P.POST_PUBLISH, other)
    assert not policy.may(P.POST_EDIT, mine)


def test_who_is_erased_leaves_no_token(session: Session, make: Make) -> None:
    person, other = make.author(), make.author()
    created(session, person, name="Maren's telephone")
    kept, _text = created(session, other)

    actions.forget(session, person)

    assert session.scalars(select(ApiToken)).all() == [kept]


def test_when_a_token_was_used_is_written_down_and_never_goes_back(session: Session, make: Make) -> None:
    token, _text = created(session, make.author())

    for moment in (NOON, NOON - timedelta(hours=1)):
        actions.note_used(session, {token.id: moment})

    session.refresh(token)
    assert token.last_used_at == NOON
