"""The people of an import: accounts that nobody can use, recognised where there is one already."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.comments.models import Comment
from cms.importers.loading import load
from cms.importers.parsed import (
    ParsedComment,
    ParsedCommentStatus,
    ParsedPerson,
    ParsedSite,
)
from tests.conftest import NOON
from tests.factories import Make
from tests.importers.sites import item, post_of, site


def test_authors_get_accounts_that_nobody_can_use(session: Session, small_site: ParsedSite) -> None:
    load(session, small_site, at=NOON)

    ada = post_of(session, ":10").author
    assert (ada.username, ada.email, ada.display_name) == ("ada", "ada@old.example.com", "Ada Moor")
    assert (ada.active, ada.password, ada.roles) == (False, None, [])
    ghost = post_of(session, ":11").author
    assert ghost.email.endswith(".invalid")


def test_people_are_recognised_by_address_or_username(session: Session, make: Make) -> None:
    by_email = make.user(email="ada@old.example.com", username="somebody")
    by_name = make.user(username="bo")
    session.commit()
    people = (ParsedPerson("ada", "Ada", "ADA@old.example.com"), ParsedPerson("Bo", "Bo", "bo@elsewhere.example.com"))

    report = load(session, site(item(author="ada"), item("2", author="Bo"), people=people), at=NOON)

    assert post_of(session, ":1").author_id == by_email.id
    assert post_of(session, ":2").author_id == by_name.id
    assert (report.came["people"], report.known["people"]) == (0, 2)


def test_a_post_of_nobody_is_the_owners(session: Session, make: Make) -> None:
    owner = make.owner()
    session.commit()

    load(session, site(item()), at=NOON)

    assert post_of(session, ":1").author_id == owner.id


def test_a_site_without_an_owner_takes_posts_of_nobody_too(session: Session) -> None:
    load(session, site(item(), item("2")), at=NOON)

    assert post_of(session, ":1").author.username == "imported"
    assert post_of(session, ":2").author_id == post_of(session, ":1").author_id


@pytest.mark.parametrize("login", ["admin", "me@example.com", "имя", "a" * 200, "☃", "Ünï Cödé", "раypal"])
def test_every_login_becomes_a_username(session: Session, login: str) -> None:
    people = (ParsedPerson(login, login), ParsedPerson(f"{login}2", login))

    load(session, site(item(author=login), item("2", author=f"{login}2"), people=people), at=NOON)
    session.commit()

    assert "@" not in post_of(session, ":1").author.username


def test_only_who_was_signed_in_comments_as_a_member(session: Session, make: Make) -> None:
    ada = make.user(email="ada@old.example.com")
    session.commit()

    def said(number: str, **values) -> ParsedComment:
        return ParsedComment(
            number, None, "Ada", "ada@old.example.com", "", "", "x", ParsedCommentStatus.APPROVED, NOON, **values
        )

    people = (ParsedPerson("ada", "Ada", "ada@old.example.com"),)
    load(session, site(item(comments=(said("1", by_member=True), said("2"))), people=people), at=NOON)

    authors = session.scalars(select(Comment.author_id).order_by(Comment.id)).all()
    assert authors == [ada.id, None]
