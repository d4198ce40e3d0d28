"""People who leave: the last owner stays, and what becomes of posts, comments and pictures is asked."""

import re
import threading

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.accounts.queries import is_owner
from cms.comments.models import Ban
from cms.core.db import Base
from cms.media.models import Media
from cms.media.paths import path_of
from cms.posts.lifecycle import PUBLISHED
from tests.admin.users import LIST
from tests.browser import Browser
from tests.factories import Make
from tests.media.files import image

CONFIRMED = {"confirmed": "1"}


def test_the_last_owner_cannot_leave(desk: Browser, session: Session, owner: User) -> None:
    assert desk.post(f"{LIST}{owner.id}/deactivate").status_code == 409
    for outcome in ("keep", "anonymise"):
        sent = {"id": str(owner.id), "outcome": outcome} | CONFIRMED
        assert desk.post(f"{LIST}delete/", sent).status_code == 403

    session.expire_all()
    assert owner.active
    assert owner.anonymised_at is None


def test_of_four_owners_who_close_each_others_accounts_at_once_one_stays(
    session: Session, make: Make, app: Flask
) -> None:
    owners = [make.owner() for _number in range(4)]
    session.commit()
    desks = [Browser(app).sign_in(owner) for owner in owners]
    answers: list[int] = []

    def close_the_next(number: int) -> None:
        wanted = {"id": str(owners[(number + 1) % 4].id), "outcome": ("keep", "anonymise")[number % 2]} | CONFIRMED
        answers.append(desks[number].post(f"{LIST}delete/", wanted).status_code)

    threads = [threading.Thread(target=close_the_next, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(answers) <= {302, 403, 404, 409}, answers
    assert session.scalars(select(User).where(is_owner(), User.active)).all()


def test_the_way_to_erase_somebody_is_called_so(desk: Browser, session: Session, make: Make) -> None:
    person = make.user("author")
    session.commit()

    page = desk.get(f"{LIST}edit/?id={person.id}").text

    link = page.partition("Switch off or erase…</a>")[0].rpartition("<a ")[2]
    [href] = re.findall(r'href="([^"]+)"', link.partition(">")[0])
    assert "Erase the person" in desk.get(href).text


def test_closing_an_account_asks_and_opening_the_page_changes_nothing(
    desk: Browser, session: Session, make: Make
) -> None:
    person = make.user("author")
    make.post(author=person)
    session.commit()

    page = desk.get(f"{LIST}delete/?id={person.id}")

    assert page.status_code == 200
    for word in ("keep", "reassign", "anonymise"):
        assert f'value="{word}"' in page.text
    session.expire_all()
    assert person.active


def test_keeping_switches_off(desk: Browser, session: Session, make: Make) -> None:
    person = make.user("author")
    post = make.post(author=person)
    session.commit()

    desk.post(f"{LIST}delete/", {"id": str(person.id), "outcome": "keep"})

    session.expire_all()
    assert (person.active, post.author_id) == (False, person.id)


def test_posts_are_given_to_somebody(desk: Browser, session: Session, make: Make) -> None:
    person, heir = make.user("author"), make.user("editor")
    posts = [make.post(author=person, status=PUBLISHED), make.post(author=person)]
    session.commit()

    desk.post(f"{LIST}delete/", {"id": str(person.id), "outcome": "reassign", "reassign_to": str(heir.id)})

    session.expire_all()
    assert {post.author_id for post in posts} == {heir.id}
    assert not person.active


def test_erasing_keeps_posts_and_comments_and_forgets_the_person(desk: Browser, session: Session, make: Make) -> None:
    person = make.user("author", email="maren@example.com", display_name="Maren Holt")
    post = make.post(author=person, status=PUBLISHED)
    said = make.comment(
        post, author_id=person.id, guest_name="", guest_email="", address_digest="d" * 64, agent="Phone"
    )
    guest = make.comment(post, guest_name="Maren", guest_email="maren@example.com", address_digest="d" * 64)
    session.commit()

    desk.post(f"{LIST}delete/", {"id": str(person.id), "outcome": "anonymise"} | CONFIRMED)

    session.expire_all()
    assert (person.email, person.display_name) == (f"deleted-{person.id}@deleted.invalid", "Deleted person")
    assert post.author_id == person.id
    assert (said.body, said.address_digest, said.agent) == ("I drove the harbour bus.", "", "")
    assert (guest.guest_name, guest.guest_email, guest.address_digest) == ("Deleted person", "", "")
    session.commit()
    assert "Maren Holt was erased" in desk.get(LIST).text
    assert "Maren" not in desk.get(f"{LIST}details/?id={person.id}").text
    assert desk.get(f"{LIST}edit/?id={person.id}").status_code == 403


def test_an_erased_person_is_named_in_no_table_and_shown_in_no_picture(
    app: Flask, desk: Browser, session: Session, make: Make
) -> None:
    person = make.user("author", email="maren@example.com", username="marenholt", display_name="Maren Holt")
    session.commit()
    theirs = Browser(app).sign_in(person)
    for size in ((40, 30), (60, 30)):
        theirs.post("/account/picture", {"avatar": (image(size=size), "Maren Holt.png")})
    theirs.post("/account", {"display_name": "Maren H.", "bio": "Maren writes."})
    desk.post(f"{LIST}action/", {"action": "deactivate", "rowid": str(person.id), "confirmed": "1"})
    ban = {"email": "maren@example.com", "reason": "Maren again"}
    desk.post("/admin/bans/new/", ban)
    ban_id = str(session.scalars(select(Ban.id)).one())
    session.commit()
    desk.post("/admin/bans/action/", {"action": "lift", "rowid": ban_id, "confirmed": "1"})
    for sent in (ban, {"member": "marenholt", "reason": "Holt again"}):
        desk.post("/admin/bans/new/", sent)

    answer = desk.post(f"{LIST}delete/", {"id": str(person.id), "outcome": "anonymise"} | CONFIRMED)

    assert answer.status_code == 302
    session.expire_all()
    pictures = session.scalars(select(Media)).all()
    assert [media.trashed_at is not None for media in pictures] == [True, True]
    for media in pictures:
        assert desk.get(path_of(media)).status_code == 404
    for table in Base.metadata.sorted_tables:
        left = str(session.execute(select(table)).all()).casefold()
        assert [word for word in ("maren", "holt") if word in left] == [], table.name


def test_a_picture_that_somebody_else_has_as_well_stays(desk: Browser, session: Session, make: Make) -> None:
    shared = make.media()
    person, other = make.user(avatar_id=shared.id), make.user(avatar_id=shared.id)
    session.commit()

    desk.post(f"{LIST}delete/", {"id": str(person.id), "outcome": "anonymise"} | CONFIRMED)

    session.expire_all()
    assert shared.trashed_at is None
    assert other.avatar_id == shared.id


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({}, "outcome"),
        ({"outcome": "explode"}, "outcome"),
        ({"outcome": "reassign"}, "reassign_to"),
        ({"outcome": "reassign", "reassign_to": "99999"}, "reassign_to"),
        ({"outcome": "reassign", "reassign_to": "x"}, "reassign_to"),
    ],
)
def test_an_answer_that_makes_no_sense_changes_nothing(
    desk: Browser, session: Session, make: Make, values: dict[str, str], fault: str
) -> None:
    person = make.user("author")
    session.commit()

    asked_again = desk.post(f"{LIST}delete/", {"id": str(person.id)} | values)

    assert asked_again.status_code == 422
    assert f'id="{fault}-error"' in asked_again.text

    session.expire_all()
    assert person.active


def test_a_missing_answer_is_tied_to_the_question(desk: Browser, session: Session, make: Make) -> None:
    person = make.author()
    session.commit()

    answer = desk.post(f"{LIST}delete/", {"id": str(person.id), "outcome": "nonsense"})

    assert answer.status_code == 422
    assert '<fieldset class="field" aria-describedby="outcome-error">' in answer.text
    assert 'id="outcome-error"' in answer.text


def test_erasing_needs_a_last_yes(desk: Browser, session: Session, make: Make) -> None:
    person = make.user("author", display_name="Ana Sousa")
    session.commit()
    wanted = {"id": str(person.id), "outcome": "anonymise"}

    asked = desk.post(f"{LIST}delete/", wanted)

    assert "Erase Ana Sousa for ever" in asked.text
    assert asked.status_code == 422
    assert 'id="confirmed-error"' in asked.text
    session.expire_all()
    assert person.anonymised_at is None
    session.commit()
    desk.post(f"{LIST}delete/", wanted | CONFIRMED)
    session.expire_all()
    assert person.anonymised_at is not None


def test_nobody_is_offered_to_close_their_own_account(desk: Browser, owner: User) -> None:
    page = desk.get(f"{LIST}delete/?id={owner.id}")

    assert page.status_code == 403
    assert "your own account" in page.text
    assert f"{LIST}delete/" not in desk.get(f"{LIST}edit/?id={owner.id}").text
