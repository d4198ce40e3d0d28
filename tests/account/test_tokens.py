"""/account/tokens: made after the password, shown once, and revoked."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.tokens.models import ApiToken
from tests.account.conftest import Outbox
from tests.browser import Browser
from tests.factories import PASSWORD, Make

TOKEN = re.compile(r"cds_[\w-]{43}")
NEW = "/account/tokens/new"


def confirm(browser: Browser) -> None:
    assert browser.post("/account/confirm", {"current_password": PASSWORD}).status_code == 302


def test_a_token_is_shown_once_and_told_by_mail(browser: Browser, session: Session, make: Make, outbox: Outbox) -> None:
    person = make.author()
    session.commit()
    browser.sign_in(person)
    confirm(browser)

    page = browser.post(NEW, {"name": "Importer", "days": "7", "scopes": ["post.view", "post.edit"]}).text

    [text] = set(TOKEN.findall(page))
    token = session.scalars(select(ApiToken)).one()
    assert (token.name, token.scopes, token.hint) == ("Importer", ["post.view", "post.edit"], text[-4:])
    assert not TOKEN.search(browser.get("/account/tokens").text)
    assert any("Importer" in str(mail.body) and text not in str(mail.body) for mail in outbox.sent)


def test_making_one_asks_for_the_password_first(browser: Browser, session: Session, make: Make) -> None:
    person = make.author()
    session.commit()
    browser.sign_in(person)

    asked, sent = browser.get(NEW), browser.post(NEW, {"name": "Importer", "days": "7"})

    assert asked.location == f"/account/confirm?next={NEW}"
    assert sent.location == "/account/confirm?next=/account/tokens"
    assert session.scalars(select(ApiToken)).all() == []


def test_faults_are_said_beside_the_fields(browser: Browser, session: Session, make: Make) -> None:
    person = make.contributor()
    session.commit()
    browser.sign_in(person)
    confirm(browser)

    nameless = browser.post(NEW, {"days": "7"})
    greedy = browser.post(NEW, {"name": "Importer", "days": "7", "scopes": "post.publish"})
    endless = browser.post(NEW, {"name": "Importer", "days": "100000"})

    assert (nameless.status_code, greedy.status_code, endless.status_code) == (422, 422, 422)
    assert "You do not have the right “Publish posts” yourself." in greedy.text
    assert 'value="post.publish"' not in greedy.text
    assert session.scalars(select(ApiToken)).all() == []


def test_one_s_own_is_revoked_and_nobody_else_s(browser: Browser, session: Session, make: Make) -> None:
    person, other = make.author(), make.author()
    session.commit()
    mine, theirs = (
        ApiToken(
            user_id=one.id,
            name="Importer",
            hint="abcd",
            digest=digest * 64,
            scopes=[],
            created_at=make.at,
            expires_at=make.at.replace(year=2100),
        )
        for one, digest in ((person, "0"), (other, "1"))
    )
    session.add_all([mine, theirs])
    session.commit()
    browser.sign_in(person)

    gone = browser.post(f"/account/tokens/{mine.id}/revoke")
    refused = browser.post(f"/account/tokens/{theirs.id}/revoke")

    session.refresh(mine)
    session.refresh(theirs)
    assert (gone.status_code, refused.status_code) == (302, 404)
    assert mine.revoked_at is not None
    assert theirs.revoked_at is None
