"""However many ask for a page at once, one makes it and the others wait."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms.core.locks import PAUSE
from cms.posts.lifecycle import PUBLISHED
from cms.site import stories
from cms.site.kept.shelf import Memory
from tests.browser import Browser
from tests.factories import Make


@pytest.mark.parametrize("parameters", ["", "?comments=7"])
def test_many_who_ask_at_once_wait_for_one(
    app: Flask, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch, parameters: str
) -> None:
    path = f"/posts/{make.post(slug=uuid4().hex, status=PUBLISHED).slug}"  # what no earlier test can have kept
    session.commit()
    made = []
    show = stories.show
    monkeypatch.setattr(stories, "show", lambda edition, begun: (made.append(edition.path), show(edition, begun))[1])
    put = Memory.put  # while somebody is about to keep a page, the others wait for it still
    monkeypatch.setattr(Memory, "put", lambda *page: (time.sleep(10 * PAUSE), put(*page))[1])

    with ThreadPoolExecutor(8) as readers:
        answers = list(readers.map(lambda _number: Browser(app).get(path + parameters), range(24)))

    assert made == [path]
    assert {answer.data for answer in answers} == {answers[0].data}
