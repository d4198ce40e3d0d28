"""Every action of every list: what is foreseen is what then happens, for somebody who may do everything."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.admin import VIEWS
from cms.admin.base import CmsModelView
from cms.admin.bulk_action import Bulk
from cms.audit.models import Event
from cms.comments.lifecycle import CommentStatus
from cms.comments.models import Ban
from cms.jobs.lifecycle import JobStatus
from cms.jobs.models import Job
from cms.media import folders
from cms.posts.lifecycle import PostStatus
from cms.posts.models import Post
from cms.redirects import actions as redirects
from cms.subscriptions.models import Subscriber
from cms.taxonomy.models import Tag
from cms.tokens import actions as tokens
from cms.webhooks.models import Webhook
from tests.browser import Browser
from tests.conftest import NOON
from tests.factories import Make

LISTS = {view.area: view.bulk_actions for view in VIEWS if issubclass(view, CmsModelView)}
ACTIONS = [(area, bulk) for area, bulks in LISTS.items() for bulk in bulks]


@dataclass
class Site:
    """A row for each action to do something to, and others that it skips."""

    session: Session
    make: Make
    owner: User

    def fill(self) -> None:
        make = self.make
        sea, other = make.tag("Sea"), make.tag("Sky")
        make.tag("Bay", parent_id=sea.id)
        for kind in (make.post, make.page):
            for status in PostStatus:
                kind(status=status, tags=[sea], author=self.owner)
            kind(tags=[other])
        for comment_status in CommentStatus:
            make.comment(status=comment_status)
        make.post(series_id=make.series().id, series_position=1)
        make.media()
        make.media(trashed_at=NOON)
        folders.create(self.session, "Boats", None, by=self.owner, at=NOON)
        make.user("author", active=False)
        make.role(label="Nobody's")
        for job_status in JobStatus:
            times = {"run_at": NOON, "created_at": NOON, "updated_at": NOON}
            self.session.add(Job(name="mail.send", status=job_status, **times))
        for _number in range(2):
            token, _text = tokens.create(
                self.session, name="Importer", scopes=[], days=30, key="k", by=self.owner, at=NOON
            )
        tokens.revoke(self.session, token, by=self.owner, at=NOON)
        redirects.create(self.session, redirects.Route("/old", 301, "/new"), by=self.owner, at=NOON)
        self.session.add(Subscriber(email="reader@example.com", key="key", created_at=NOON))
        self.session.add(Ban(network="192.0.2.0/24", created_at=NOON))
        times = {"created_at": NOON, "updated_at": NOON}
        self.session.add(Webhook(url="https://example.com/hook", events=[], sealed_secret="…", **times))
        self.session.commit()

    def parameter(self, area: str, bulk: Bulk) -> dict[str, str]:
        """Something to give for what the action asks for."""
        known: dict[str, Callable[[], str]] = {
            "tag": lambda: "Sea",
            "author": lambda: str(self.make.author().id),
            "live_from": lambda: "2199-01-02T10:00",
            "parent": lambda: str(self._first(Tag if area == "tags" else Post)),
            "into": lambda: str(self._first(Tag)),
            "folder": lambda: "Boats",
            "names": lambda: "",
        }
        if bulk.asks is None:
            return {}
        given = {bulk.asks[0]: known[bulk.asks[0]]()}
        self.session.commit()
        return given

    def _first(self, model: type[Tag] | type[Post]) -> int:
        kind = [Post.kind == "page"] if model is Post else []
        return self.session.scalars(select(model.id).where(*kind).order_by(model.id).limit(1)).one()


def counts(page: str, *words: str) -> list[int]:
    """How many of each; none where it is not said."""
    found = [re.search(rf"(\d+) {word}", page) for word in words]
    return [int(one[1]) if one else 0 for one in found]


def test_each_list_that_has_actions_is_among_them() -> None:
    assert {area for area, _bulk in ACTIONS} == set(
        "posts pages tags series media comments bans redirects webhooks subscribers users roles jobs tokens".split()
    )


@pytest.mark.parametrize(("area", "bulk"), ACTIONS, ids=[f"{area}-{bulk.name}" for area, bulk in ACTIONS])
def test_what_is_foreseen_is_what_happens(
    browser: Browser, session: Session, make: Make, area: str, bulk: Bulk
) -> None:
    """And nothing is left of a look, whether it asked or tried."""
    site = Site(session, make, make.owner())
    site.fill()
    browser.sign_in(site.owner)
    query = "shelf=trash" if (area, bulk.name) == ("media", "restore") else ""
    form = {"action": bulk.name, "everything": "1", "query": query, "confirmed": "1"} | site.parameter(area, bulk)
    if bulk.name == "rename":
        form = renaming(session)
    events = session.scalar(select(func.count(Event.id)))
    session.rollback()

    answer = browser.post(f"/admin/{area}/action/", form)

    assert answer.status_code == 303, answer.text[:2000]
    place = answer.location or ""
    foreseen = counts(browser.get(place).text, "will change", "will be skipped", "you may not change")
    assert session.scalar(select(func.count(Event.id))) == events
    session.rollback()
    assert foreseen[0] > 0
    browser.post(f"{place}run/")
    assert counts(browser.get(place).text, "done", "skipped", "refused") == foreseen


def renaming(session: Session) -> dict[str, str | list[str]]:
    """The form of it, where the first tag gets a name of its own."""
    form: dict[str, str | list[str]] = {"action": "rename", "confirmed": "1"}
    tags = session.execute(select(Tag.id, Tag.name, Tag.slug).order_by(Tag.id)).all()
    for number, (tag_id, name, slug) in enumerate(tags):
        form |= {f"name-{tag_id}": name if number else "Ocean", f"slug-{tag_id}": slug}
        form |= {f"name-was-{tag_id}": name, f"slug-was-{tag_id}": slug}
    return form | {"rowid": [str(row.id) for row in tags]}
