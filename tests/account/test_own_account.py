"""/account: profile, password and address."""

import pytest
from sqlalchemy.orm import Session

from cms.accounts.models import User
from tests.account.conftest import Another, Outbox
from tests.accounts.events import events, verbs
from tests.browser import Browser
from tests.factories import PASSWORD, Make

NEW = "another long one"


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


def test_whoever_chooses_a_language_is_answered_in_it(signed: Browser) -> None:
    answer = signed.post("/account", {"display_name": "Maren", "locale": "de"}, follow_redirects=True)

    assert "Ihr Profil ist gespeichert." in answer.text


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
