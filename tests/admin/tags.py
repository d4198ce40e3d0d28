"""Bulks of tags in a browser: begun, looked at, and run."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.taxonomy.models import Tag
from tests.browser import Browser

LIST = "/admin/tags/"


def forget(session: Session) -> None:
    """Give up the lock, and what was known."""
    session.rollback()
    session.expire_all()


@dataclass
class Desk:
    """An editor's browser; a test that held the lock would keep it waiting."""

    person: User
    browser: Browser
    session: Session

    def get(self, address: str) -> Any:
        forget(self.session)
        return self.browser.get(address)

    def post(self, address: str, form: dict[str, Any] | None = None) -> Any:
        forget(self.session)
        return self.browser.post(address, form)


def post(browser: Desk, action: str, tags: list[Tag] | None = None, **more: Any) -> Any:
    rows: dict[str, Any] = (
        {"everything": "1", "query": ""} if tags is None else {"rowid": [str(tag.id) for tag in tags]}
    )
    return browser.post(f"{LIST}action/", {"action": action, "url": LIST} | rows | more)


def preview(browser: Desk, action: str, tags: list[Tag] | None = None, **more: Any) -> str:
    answer = post(browser, action, tags, confirmed="1", **more)
    assert answer.status_code == 303, answer.text[:2000]
    assert answer.location
    return str(answer.location)


def run(browser: Desk, place: str) -> Any:
    return browser.post(f"{place}run/")


def names(session: Session) -> list[str]:
    return list(session.scalars(select(Tag.name).order_by(Tag.name)))
