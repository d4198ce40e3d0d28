"""People in the back office."""

import re
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_mailman import EmailMessage
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.accounts.queries import is_owner
from cms.accounts.standing import Standing, standing_of, stands
from cms.core.db import Base
from cms.core.permissions import Permission
from cms.media.models import Media
from cms.media.paths import path_of
from cms.posts.lifecycle import PUBLISHED
from tests.accounts.events import events, verbs
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make
from tests.media.files import image

LIST = "/admin/users/"
P = Permission


@pytest.fixture
def outbox(app: Flask) -> Iterator[list[EmailMessage]]:
    state = app.extensions["mailman"]
    state.outbox = []
    yield state.outbox
    state.outbox = []


@pytest.fixture
def owner(session: Session, make: Make) -> User:
    owner = make.owner()
    session.commit()
    return owner


@pytest.fixture
def desk(browser: Browser, owner: User) -> Browser:
    return browser.sign_in(owner)


def path_in(mail: EmailMessage) -> str:
    found = re.search(r"http://localhost(/\S+)", mail.body)
    assert found
    return found[1]


def test_the_list_shows_people_and_hides_addresses_from_those_who_do_not_manage_them(
    browser: Browser, session: Session, make: Make
) -> None:
    make.user("author", display_name="Jun Takeda", email="jun@example.com")
    viewer = make.user(make.role(P.USER_VIEW))
    session.commit()
    browser.sign_in(viewer)

    page = browser.get(LIST).text
    assert "Jun Takeda" in page
    assert "jun@example.com" not in page
    assert "Jun Takeda" not in browser.get(f"{LIST}?search=jun@example").text
    details = browser.get(f"{LIST}details/?id={viewer.id}").text
    assert viewer.email not in details


def test_who_manages_people_sees_and_finds_addresses(desk: Browser, session: Session, make: Make) -> None:
    make.user("author", display_name="Jun Takeda", email="jun@example.com")
    session.commit()

    assert "jun@example.com" in desk.get(f"{LIST}?search=jun@example").text


def test_people_can_be_filtered_by_role_and_state(desk: Browser, session: Session, make: Make) -> None:
    make.user("moderator", display_name="Mo Derator")
    make.user(active=False, display_name="Off Line")
    make.user(active=False, approval_requested_at=make.at, display_name="Wai Ting")
    session.commit()

    def names(query: str) -> set[str]:
        page = desk.get(f"{LIST}?{query}").text
        return {name for name in ("Mo Derator", "Off Line", "Wai Ting") if name in page}

    assert names("role=moderator") == {"Mo Derator"}
    assert names("state=off") == {"Off Line"}
    assert names("state=waiting") == {"Wai Ting"}
    assert names("second_factor=yes") == set()
    assert names("state=nonsense") == set()


def test_how_an_account_stands_is_one_rule(session: Session, make: Make) -> None:
    people = [
        make.user(),
        make.user(password=None),
        make.user(active=False),
        make.user(active=False, approval_requested_at=make.at),
        make.user(active=False, anonymised_at=make.at),
    ]

    for standing in Standing:
        found = set(session.scalars(select(User).where(stands(standing))))
        assert found == {person for person in people if standing_of(person) is standing}
        assert len(found) == 1


def test_the_list_costs_the_same_for_many_people(desk: Browser, session: Session, make: Make, engine: Engine) -> None:
    for _number in range(3):
        make.user("author")
    session.commit()
    with counted(engine) as few:
        desk.get(LIST)
    for _number in range(20):
        make.user("author", "moderator")
    session.commit()
    with counted(engine) as many:
        desk.get(LIST)

    assert len(many) == len(few)


def test_a_person_is_added_and_chooses_a_first_password(
    desk: Browser, session: Session, make: Make, outbox: list[EmailMessage], app: Flask
) -> None:
    answer = desk.post(
        f"{LIST}new/",
        {
            "email": "New@example.com",
            "username": "newcomer",
            "display_name": "New Comer",
            "roles": ["", str(make.roles["contributor"].id)],
        },
    )

    person = session.scalars(select(User).where(User.username == "newcomer")).one()
    session.commit()
    assert answer.location == f"{LIST}details/?id={person.id}"
    assert (person.email, person.password) == ("new@example.com", None)
    assert [role.name for role in person.roles] == ["contributor"]
    newcomer = Browser(app)
    link = path_in(outbox[-1])
    assert outbox[-1].to == ["new@example.com"]
    assert newcomer.get(link).status_code == 200
    newcomer.post(link, {"password": "a first long one"})
    assert newcomer.sign_in(person, "a first long one").get("/admin/posts/").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "nothing"), ("email", ""), ("username", "admin"), ("display_name", "n" * 81), ("roles", "2147483647")],
)
def test_what_is_wrong_stands_beside_its_field(
    desk: Browser, session: Session, outbox: list[EmailMessage], field: str, value: str
) -> None:
    wanted = {"email": "new@example.com", "username": "newcomer", "display_name": "", "roles": ""}

    page = desk.post(f"{LIST}new/", wanted | {field: value})

    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert outbox == []


def test_a_person_is_changed_and_the_old_address_is_told(
    desk: Browser, session: Session, make: Make, outbox: list[EmailMessage]
) -> None:
    person = make.user("author", email="old@example.com")
    session.commit()

    desk.post(
        f"{LIST}edit/?id={person.id}",
        {
            "version": str(person.version),
            "email": "new@example.com",
            "username": "renamed",
            "display_name": "Re Named",
            "roles": ["", str(make.roles["moderator"].id)],
        },
    )

    session.expire_all()
    assert (person.email, person.username, person.display_name) == ("new@example.com", "renamed", "Re Named")
    assert [role.name for role in person.roles] == ["moderator"]
    assert outbox[-1].to == ["old@example.com"]


def test_who_was_invited_under_a_wrong_address_is_invited_again_under_the_right_one(
    desk: Browser, session: Session, make: Make, outbox: list[EmailMessage], app: Flask
) -> None:
    desk.post(f"{LIST}new/", {"email": "wrong@example.com", "username": "newcomer", "roles": ""})
    person = session.scalars(select(User).where(User.username == "newcomer")).one()
    session.commit()
    stray = path_in(outbox[-1])

    desk.post(f"{LIST}edit/?id={person.id}", {"email": "right@example.com"})

    assert outbox[-1].to == ["right@example.com"]
    stranger = Browser(app)
    assert stranger.get(stray).status_code == 400
    assert stranger.get(path_in(outbox[-1])).status_code == 200


def test_the_desk_does_not_change_ones_own_address(desk: Browser, session: Session, owner: User) -> None:
    """An open screen would be enough to take an account over."""
    page = desk.get(f"{LIST}edit/?id={owner.id}")
    desk.post(f"{LIST}edit/?id={owner.id}", {"email": "elsewhere@example.com", "display_name": "Renamed"})

    session.expire_all()
    assert owner.email != "elsewhere@example.com"
    assert owner.display_name == "Renamed"
    assert 'name="email"' not in page.text
    assert 'href="/account/security"' in page.text


def test_a_field_that_was_not_sent_stays(desk: Browser, session: Session, make: Make) -> None:
    person = make.user("author", bio="Kept.")
    session.commit()

    desk.post(f"{LIST}edit/?id={person.id}", {"display_name": "Only this"})

    session.expire_all()
    assert (person.display_name, person.bio, person.active) == ("Only this", "Kept.", True)
    assert [role.name for role in person.roles] == ["author"]


def test_all_roles_can_be_taken_away(desk: Browser, session: Session, make: Make) -> None:
    person = make.user("author")
    session.commit()

    desk.post(f"{LIST}edit/?id={person.id}", {"roles": ""})

    session.expire_all()
    assert person.roles == []


def test_a_second_save_on_an_old_version_is_a_conflict(desk: Browser, session: Session, make: Make) -> None:
    person = make.user()
    session.commit()
    version = str(person.version)
    desk.post(f"{LIST}edit/?id={person.id}", {"version": version, "display_name": "First"})

    page = desk.post(f"{LIST}edit/?id={person.id}", {"version": version, "display_name": "Second"})

    assert page.status_code == 409
    assert 'value="Second"' in page.text
    session.expire_all()
    assert person.display_name == "First"


def test_nobody_sets_what_is_not_on_the_form(desk: Browser, session: Session, make: Make) -> None:
    person = make.user("author", tf_totp_secret="kept")
    session.commit()
    before = person.password

    desk.post(
        f"{LIST}edit/?id={person.id}",
        {
            "display_name": "X",
            "password": "x",
            "tf_totp_secret": "",
            "fs_uniquifier": "x",
            "anonymised_at": "2026-01-01",
        },
    )

    session.expire_all()
    assert (person.password, person.tf_totp_secret, person.anonymised_at) == (before, "kept", None)


def test_a_manager_cannot_promote_themselves_or_touch_an_owner(
    browser: Browser, session: Session, make: Make, owner: User
) -> None:
    manager = make.user(make.role(P.USER_VIEW, P.USER_MANAGE))
    session.commit()
    browser.sign_in(manager)
    owners_role = str(make.roles["owner"].id)

    for path, values in (
        (f"{LIST}edit/?id={manager.id}", {"roles": ["", owners_role]}),
        (f"{LIST}edit/?id={owner.id}", {"email": "mine@example.com"}),
        (f"{LIST}new/", {"email": "a@example.com", "username": "helper", "roles": ["", owners_role]}),
        (f"{LIST}{owner.id}/deactivate", {}),
        (f"{LIST}{owner.id}/send-link", {}),
        (f"{LIST}delete/", {"id": str(owner.id), "outcome": "keep"}),
    ):
        answer = browser.post(path, values)
        assert answer.status_code == 403, path
    session.expire_all()
    assert [role.name for role in owner.roles] == ["owner"]
    assert owner.active
    assert session.scalar(select(func.count()).select_from(User).where(User.username == "helper")) == 0


def test_a_role_that_one_may_not_take_away_stays_when_the_form_is_saved(
    browser: Browser, session: Session, make: Make
) -> None:
    small, big = make.role(P.COMMENT_MODERATE), make.role(P.USER_MANAGE, P.POST_EDIT)
    manager = make.user(make.role(P.USER_VIEW, P.USER_MANAGE, P.COMMENT_MODERATE))
    person = make.user(small)
    session.commit()
    browser.sign_in(manager)

    page = browser.get(f"{LIST}edit/?id={person.id}").text
    assert re.search(rf'id="role-{big.id}"[^>]* disabled', page)
    assert f'id="role-{big.id}-why"' in page
    browser.post(f"{LIST}edit/?id={person.id}", {"roles": ""})

    session.expire_all()
    assert person.roles == []


def test_the_button_that_switches_off_asks_first_as_the_bulk_does(desk: Browser, session: Session, make: Make) -> None:
    person = make.user(display_name="Jun Takeda")
    session.commit()
    assert f'formaction="/admin/users/{person.id}/deactivate" name="ask"' in desk.get(LIST).text

    asked = desk.post(f"{LIST}{person.id}/deactivate", {"ask": "1", "url": LIST})

    assert asked.status_code == 200
    assert "Switch off: Jun Takeda" in asked.text
    assert "Its sessions end at once" in asked.text
    session.expire_all()
    assert person.active
    session.commit()
    assert desk.post(f"{LIST}{person.id}/deactivate", {"url": LIST}).status_code == 303


def test_switching_off_and_on(desk: Browser, session: Session, make: Make, app: Flask) -> None:
    person = make.user("editor")
    session.commit()
    theirs = Browser(app).sign_in(person)

    desk.post(f"{LIST}{person.id}/deactivate")
    assert theirs.get("/account").status_code == 302
    desk.post(f"{LIST}{person.id}/activate")

    assert theirs.get("/account").status_code == 302
    assert theirs.sign_in(person).get("/account").status_code == 200


def test_a_yes_to_somebody_who_waits_is_told_by_mail(
    desk: Browser, session: Session, make: Make, outbox: list[EmailMessage]
) -> None:
    person = make.user(active=False, approval_requested_at=make.at)
    session.commit()
    assert "Approve" in desk.get(f"{LIST}details/?id={person.id}").text

    desk.post(f"{LIST}{person.id}/activate")

    assert outbox[-1].to == [person.email]
    assert "user.approve" in verbs(session)


def test_links_are_sent_and_never_shown(
    desk: Browser, session: Session, make: Make, outbox: list[EmailMessage]
) -> None:
    invited, forgetful = make.user(password=None), make.user()
    session.commit()

    for person in (invited, forgetful):
        page = desk.post(f"{LIST}{person.id}/send-link", follow_redirects=True)
        assert outbox[-1].to == [person.email]
        assert path_in(outbox[-1]) not in page.text


def test_signing_somebody_out_everywhere(desk: Browser, session: Session, make: Make, app: Flask) -> None:
    person = make.user("editor")
    session.commit()
    theirs = Browser(app).sign_in(person)

    desk.post(f"{LIST}{person.id}/sign-out")

    assert theirs.get("/account").status_code == 302


def test_the_details_show_sessions_and_activity_to_those_who_may_see_them(
    desk: Browser, session: Session, make: Make, app: Flask
) -> None:
    person, viewer = make.user("editor"), make.user(make.role(P.USER_VIEW))
    session.commit()
    theirs = Browser(app)
    theirs.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
    theirs.sign_in(person)

    mine = desk.get(f"{LIST}details/?id={person.id}").text
    other = Browser(app).sign_in(viewer).get(f"{LIST}details/?id={person.id}").text

    assert "Firefox on Linux" in mine
    assert "signed in" in mine
    assert "Firefox on Linux" not in other
    assert "signed in" not in other


def test_the_last_owner_cannot_leave(desk: Browser, session: Session, owner: User) -> None:
    assert desk.post(f"{LIST}{owner.id}/deactivate").status_code == 409
    for outcome in ("keep", "anonymise"):
        assert desk.post(f"{LIST}delete/", {"id": str(owner.id), "outcome": outcome}).status_code == 409

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
        wanted = {"id": str(owners[(number + 1) % 4].id), "outcome": ("keep", "anonymise")[number % 2]}
        answers.append(desks[number].post(f"{LIST}delete/", wanted).status_code)

    threads = [threading.Thread(target=close_the_next, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(answers) <= {302, 403, 404, 409}, answers
    assert session.scalars(select(User).where(is_owner(), User.active)).all()


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

    desk.post(f"{LIST}delete/", {"id": str(person.id), "outcome": "anonymise"})

    session.expire_all()
    assert (person.email, person.display_name) == (f"deleted-{person.id}@deleted.invalid", "Deleted person")
    assert post.author_id == person.id
    assert (said.body, said.address_digest, said.agent) == ("I drove the harbour bus.", "", "")
    assert (guest.guest_name, guest.guest_email, guest.address_digest) == ("Deleted person", "", "")
    session.commit()
    assert "Maren Holt is closed" in desk.get(LIST).text
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

    answer = desk.post(f"{LIST}delete/", {"id": str(person.id), "outcome": "anonymise"})

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

    desk.post(f"{LIST}delete/", {"id": str(person.id), "outcome": "anonymise"})

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


def test_several_are_switched_off_at_once_and_each_is_recorded_with_its_batch(
    desk: Browser, session: Session, make: Make, owner: User
) -> None:
    people = [make.user(), make.user()]
    session.commit()
    ids = [str(person.id) for person in (*people, owner)]

    asked = desk.post(f"{LIST}action/", {"action": "deactivate", "rowid": ids})
    assert asked.status_code == 200
    done = desk.post(f"{LIST}action/", {"action": "deactivate", "rowid": ids, "confirmed": "1"})

    assert done.status_code == 303
    session.expire_all()
    assert [person.active for person in people] == [False, False]
    assert owner.active
    batches = {event.batch_id for event in events(session) if event.verb == "user.deactivate"}
    assert len(batches) == 1
    assert None not in batches


def test_no_secret_is_in_the_export(desk: Browser, session: Session, make: Make) -> None:
    person = make.user("author", tf_totp_secret="canary-secret", email="canary@example.com")
    session.commit()

    export = desk.get(f"{LIST}export/csv/").text

    assert person.username in export
    for secret in ("canary", "argon2", person.fs_uniquifier):
        assert secret not in export


def test_sorting_and_filtering_by_a_secret_is_ignored(desk: Browser, session: Session, make: Make) -> None:
    make.user(display_name="Jun Takeda")
    session.commit()

    for query in ("sort=password", "sort=-email", "password=x", "flt0_password=x"):
        assert "Jun Takeda" in desk.get(f"{LIST}?{query}").text


def test_hostile_names_are_shown_as_text(desk: Browser, session: Session, make: Make) -> None:
    hostile = '"><script>alert(1)</script>'
    person = make.user("author", display_name=hostile, bio=hostile)
    session.commit()

    for path in (
        LIST,
        f"{LIST}details/?id={person.id}",
        f"{LIST}edit/?id={person.id}",
        f"{LIST}delete/?id={person.id}",
    ):
        assert "<script>alert" not in desk.get(path).text, path
