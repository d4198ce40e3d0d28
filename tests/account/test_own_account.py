"""/account: profile, password, address and sessions."""

import threading
import time
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User, UserSession
from cms.media.models import Media
from cms.media.paths import path_of
from tests.account.conftest import Another, Later, Outbox
from tests.accounts.events import events, verbs
from tests.browser import Browser
from tests.factories import PASSWORD, Make

NEW = "another long one"


@pytest.fixture
def person(session: Session, make: Make) -> User:
    person = make.user("editor")
    session.commit()
    return person


@pytest.fixture
def signed(browser: Browser, person: User) -> Browser:
    return browser.sign_in(person)


def test_every_page_of_the_account_asks_to_sign_in_first(browser: Browser) -> None:
    for path in ("/account", "/account/security", "/account/sessions", "/account/second-factor", "/account/confirm"):
        assert browser.get(path).location == f"/login?next={path}"


def test_the_profile_is_saved(signed: Browser, session: Session, person: User) -> None:
    answer = signed.post(
        "/account",
        {"display_name": "Maren Holt", "bio": "Two\nlines.", "timezone": "Europe/Oslo", "locale": "en"},
    )

    assert answer.location == "/account"
    session.expire_all()
    assert (person.display_name, person.bio, person.timezone, person.locale) == (
        "Maren Holt",
        "Two\nlines.",
        "Europe/Oslo",
        "en",
    )
    assert set(events(session)[-1].changes) == {"display_name", "bio", "timezone", "locale"}


def test_nobody_gives_themselves_more_than_a_profile(signed: Browser, session: Session, person: User) -> None:
    before = (person.email, person.username, person.password, person.active, list(person.roles))

    signed.post(
        "/account",
        {
            "display_name": "Maren",
            "email": "other@example.com",
            "username": "owner2",
            "password": "x",
            "active": "",
            "roles": "1",
            "version": "99",
            "tf_totp_secret": "x",
        },
    )

    session.expire_all()
    assert (person.email, person.username, person.password, person.active, list(person.roles)) == before
    assert person.display_name == "Maren"


@pytest.mark.parametrize(
    ("field", "value"),
    [("display_name", "n" * 81), ("bio", "b" * 1001), ("timezone", "Mars/Olympus"), ("locale", "xx")],
)
def test_what_is_wrong_stands_beside_its_field(signed: Browser, field: str, value: str) -> None:
    page = signed.post("/account", {field: value})

    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text


def test_a_name_is_shown_as_text(signed: Browser) -> None:
    signed.post("/account", {"display_name": '<img src=x onerror="alert(1)">', "bio": "</textarea><script>x</script>"})

    page = signed.get("/account").text

    assert "<img src=x" not in page
    assert "<script>x" not in page


def test_a_changed_password_keeps_this_session_and_ends_the_others(
    signed: Browser, another: Another, session: Session, person: User, outbox: Outbox
) -> None:
    elsewhere = another().sign_in(person)

    answer = signed.post("/account/password", {"current_password": PASSWORD, "password": NEW})

    assert answer.location == "/account/security"
    assert signed.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert another().sign_in(person, NEW).get("/account").status_code == 200
    assert "password of your account was changed" in outbox.to(person.email)[-1].body
    assert "user.change_password" in verbs(session)


@pytest.mark.parametrize(
    ("current", "new"), [("wrong", NEW), ("", NEW), (PASSWORD, "short"), (PASSWORD, "password1"), (PASSWORD, "")]
)
def test_a_password_is_not_changed_without_the_current_one_or_to_a_bad_one(
    signed: Browser, session: Session, person: User, current: str, new: str
) -> None:
    before = person.password

    assert signed.post("/account/password", {"current_password": current, "password": new}).status_code == 422

    session.expire_all()
    assert person.password == before


def test_a_new_address_counts_when_its_link_was_opened(
    signed: Browser, another: Another, session: Session, person: User, outbox: Outbox
) -> None:
    old = person.email
    signed.post("/account/email", {"email": "New@Example.com", "current_password": PASSWORD})
    session.expire_all()
    assert person.email == old
    session.commit()
    assert "another e-mail address" in outbox.to(old)[-1].body

    link = outbox.link_to("new@example.com")
    page = another().get(link)
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert another().post(link).status_code == 302

    session.expire_all()
    assert person.email == "new@example.com"
    session.commit()
    assert "has another e-mail address now" in outbox.to(old)[-1].body
    assert another().post(link).status_code == 400


def test_a_program_that_looks_at_the_head_of_a_link_does_not_follow_it(
    signed: Browser, another: Another, session: Session, person: User, outbox: Outbox
) -> None:
    signed.post("/account/email", {"email": "new@example.com", "current_password": PASSWORD})
    old = person.email

    answer = another().client.head(outbox.link_to("new@example.com"))

    assert answer.status_code == 200
    session.expire_all()
    assert person.email == old


def test_an_address_that_somebody_has_is_answered_alike(
    signed: Browser, session: Session, make: Make, person: User, outbox: Outbox
) -> None:
    other = make.user()
    session.commit()

    taken = signed.post("/account/email", {"email": other.email, "current_password": PASSWORD})
    free = signed.post("/account/email", {"email": "free@example.com", "current_password": PASSWORD})

    assert (taken.status_code, taken.location) == (free.status_code, free.location)
    assert "/account/email/" not in outbox.to(other.email)[-1].body


def test_nobodys_letter_box_is_filled_with_confirmations(signed: Browser, outbox: Outbox) -> None:
    for number in range(8):
        asked = signed.post(
            "/account/email",
            {"email": "victim@example.com", "current_password": PASSWORD},
            environ_overrides={"REMOTE_ADDR": f"192.0.2.{number}"},
        )
        assert asked.status_code == 302

    assert len(outbox.to("victim@example.com")) == 5


@pytest.mark.parametrize(
    ("email", "password"),
    [("new@example.com", "wrong"), ("new@example.com", ""), ("nothing", PASSWORD), ("", PASSWORD)],
)
def test_an_address_is_not_changed_without_the_password(
    signed: Browser, session: Session, outbox: Outbox, email: str, password: str
) -> None:
    assert signed.post("/account/email", {"email": email, "current_password": password}).status_code == 422
    assert outbox.sent == []


def test_a_link_to_a_new_address_dies_with_a_changed_password(
    signed: Browser, session: Session, person: User, outbox: Outbox
) -> None:
    signed.post("/account/email", {"email": "thief@example.com", "current_password": PASSWORD})

    signed.post("/account/password", {"current_password": PASSWORD, "password": NEW})

    assert signed.get(outbox.link_to("thief@example.com")).status_code == 400


def test_sessions_are_listed_and_ended_one_by_one(
    signed: Browser, another: Another, session: Session, person: User
) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    phone = another()
    phone.client.environ_base["HTTP_USER_AGENT"] = agent
    phone.sign_in(person)
    page = signed.get("/account/sessions").text
    assert "Firefox on Linux" in page
    assert "This browser" in page
    theirs = session.scalars(select(UserSession.id).where(UserSession.agent == agent)).one()
    session.commit()

    signed.post(f"/account/sessions/{theirs}/revoke")

    assert phone.get("/account").status_code == 302
    assert signed.get("/account").status_code == 200


def test_all_other_sessions_end_at_once(signed: Browser, another: Another, person: User) -> None:
    others = [another().sign_in(person) for _number in range(3)]

    signed.post("/account/sessions/revoke-others")

    assert [other.get("/account").status_code for other in others] == [302] * 3
    assert signed.get("/account").status_code == 200


def test_somebody_elses_session_is_not_there(signed: Browser, another: Another, session: Session, make: Make) -> None:
    owner = make.owner()
    session.commit()
    theirs = another().sign_in(owner)
    row = session.scalars(select(UserSession.id).where(UserSession.user_id == owner.id)).one()
    session.commit()

    for id in (row, 2**31 - 1):
        assert signed.post(f"/account/sessions/{id}/revoke").status_code == 404
    assert theirs.get("/account").status_code == 200


def test_a_session_that_ended_by_itself_is_not_listed(
    signed: Browser, another: Another, person: User, later: Later
) -> None:
    another().sign_in(person)
    assert signed.get("/account/sessions").text.count('/revoke"') == 2

    later(timedelta(minutes=90))
    signed.get("/account")
    later(timedelta(minutes=60))

    assert signed.get("/account/sessions").text.count('/revoke"') == 1


def image_file(kind: str = "PNG") -> BytesIO:
    content = BytesIO()
    Image.new("RGB", (40, 40), "teal").save(content, kind)
    content.seek(0)
    return content


def test_a_picture_is_taken_into_the_library(signed: Browser, session: Session, person: User) -> None:
    answer = signed.post("/account/picture", {"avatar": (image_file(), "me.png")})

    assert answer.location == "/account"
    session.expire_all()
    media = session.get_one(Media, person.avatar_id)
    session.commit()
    assert (media.decorative, media.uploaded_by_id) == (True, person.id)
    assert path_of(media) in signed.get("/account").text
    signed.post("/account/picture/remove")
    assert path_of(media) not in signed.get("/account").text


def test_whoever_signs_up_does_not_fill_the_disk_with_pictures(browser: Browser, session: Session, make: Make) -> None:
    member = make.user()
    session.commit()
    browser.sign_in(member)

    answers = [browser.post("/account/picture", {"avatar": (image_file(), "me.png")}) for _number in range(11)]

    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    assert "Too many tries" in answers[-1].text


@pytest.mark.parametrize(
    ("content", "name"), [(b"", ""), (b"not an image", "me.png"), (b"<script>alert(1)</script>", "me.svg")]
)
def test_what_is_no_image_is_no_picture(
    signed: Browser, session: Session, person: User, content: bytes, name: str
) -> None:
    assert signed.post("/account/picture", {"avatar": (BytesIO(content), name)}).status_code == 422

    session.expire_all()
    assert person.avatar_id is None


def test_a_change_that_meets_another_is_a_conflict_and_no_error(
    signed: Browser, session: Session, make: Make, person: User, engine: Engine
) -> None:
    person.avatar_id = make.media().id
    session.commit()
    answers: list[int] = []
    removing = threading.Thread(target=lambda: answers.append(signed.post("/account/picture/remove").status_code))

    with engine.begin() as other:
        other.execute(update(User).where(User.id == person.id).values(version=User.version + 1))
        removing.start()
        time.sleep(0.5)  # until it waits for the other, or has not begun
    removing.join()

    assert answers[0] in (302, 409)


@pytest.mark.parametrize("roles", [(), ("moderator",)])
def test_everybody_may_have_a_picture(browser: Browser, session: Session, make: Make, roles: tuple[str, ...]) -> None:
    member = make.user(*roles, display_name="Maren Holt")
    session.commit()
    browser.sign_in(member)
    assert 'name="avatar"' in browser.get("/account").text

    assert browser.post("/account/picture", {"avatar": (image_file(), "maren.png")}).status_code == 302

    session.expire_all()
    assert str(session.get_one(Media, member.avatar_id)) == "portrait.png"
