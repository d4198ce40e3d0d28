"""Tokens in the back office: owners see everybody's, and end them."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from tests.api.program import give_token
from tests.browser import Browser
from tests.factories import Make


def test_an_owner_sees_and_revokes_what_others_have(app: Flask, browser: Browser, session: Session, make: Make) -> None:
    token, text = give_token(app, session, make.author())
    owner = make.owner()
    session.commit()
    browser.sign_in(owner)

    listed, shown = browser.get("/admin/tokens/").text, browser.get(f"/admin/tokens/details/?id={token.id}").text
    gone = browser.post(f"/admin/tokens/{token.id}/revoke")
    again = browser.post(f"/admin/tokens/{token.id}/revoke")

    session.rollback()
    assert f"Importer (cds_…{token.hint})" in listed
    assert "Edit posts" in shown
    assert text not in listed + shown
    assert (gone.status_code, again.status_code) == (303, 409)
    session.refresh(token)
    assert token.revoked_at is not None
    assert session.scalars(select(Event.actor_id).where(Event.verb == "token.revoke")).all() == [owner.id]


def test_states_are_told_apart(app: Flask, browser: Browser, session: Session, make: Make) -> None:
    give_token(app, session, make.author())
    owner = make.owner()
    session.commit()
    browser.sign_in(owner)

    assert "1 token" in browser.get("/admin/tokens/?state=live").text
    for state in ("expired", "revoked"):
        assert "Importer" not in browser.get(f"/admin/tokens/?state={state}").text


def test_nobody_else_sees_them(browser: Browser, session: Session, make: Make) -> None:
    editor = make.editor()
    session.commit()
    browser.sign_in(editor)

    assert browser.get("/admin/tokens/").status_code == 403
