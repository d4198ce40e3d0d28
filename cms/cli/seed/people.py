"""Who writes, who moderates and who comments, and what the posts are about."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.actions.people import record_made
from cms.accounts.models import User
from cms.cli.demo import content, load
from cms.cli.seed import words
from cms.posts.models import PostKind
from cms.posts.policy import PostPolicy
from cms.taxonomy import actions as taxonomy
from cms.taxonomy.models import Tag

#: A name that the internet promises never to deliver to.
NOWHERE = "seeded.invalid"
BYLINES = 5
#: More make no difference to anybody.
MOST = 100


@dataclass(frozen=True)
class Cast:
    """Ids, in the order in which they do much."""

    writers: list[int]
    members: list[int]
    tags: list[Tag]

    @property
    def moderator(self) -> int:
        return self.writers[0]


def gather(session: Session, *, with_demo_people: bool, at: datetime) -> Cast:
    """Those who are there, and the demo people where they are wanted; bylines without an account where nobody is."""
    if with_demo_people:
        load.load_people(session, content.Times(at, ZoneInfo(content.table("settings")["zone"])))
        session.flush()
    people = session.scalars(select(User).where(User.active).order_by(User.id).limit(MOST)).all()
    writers = [person.id for person in people if PostPolicy(person).may_create(PostKind.POST)]
    tags = taxonomy.named(session, words.TAGS, by=None, at=at)
    return Cast(writers or _bylines(session, at), [person.id for person in people], tags)


def _bylines(session: Session, at: datetime) -> list[int]:
    """Names below posts; nobody can sign in as one of them."""
    addresses = {f"byline{number}@{NOWHERE}": name for number, name in enumerate(words.PEOPLE[:BYLINES], 1)}
    known = session.scalars(select(User).where(User.email.in_(list(addresses)))).all()
    made = [_byline(session, email, addresses[email], at) for email in addresses.keys() - {one.email for one in known}]
    return sorted(person.id for person in (*known, *made))


def _byline(session: Session, email: str, name: str, at: datetime) -> User:
    person = User(
        email=email,
        username=email.partition("@")[0],
        display_name=name,
        active=False,
        fs_uniquifier=secrets.token_hex(32),
        created_at=at,
        updated_at=at,
    )
    session.add(person)
    session.flush()
    record_made(session, "user.create", person, by=None, at=at)
    return person
