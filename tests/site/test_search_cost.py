"""How many questions a search asks the database: six at most, whatever is asked and however much there is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.posts import finding
from cms.posts.models import Post
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

Publish = Callable[..., Post]
Decide = Callable[..., None]

MOST = 6
NARROWED = ("", "&tag=sea", "&author=ana", "&tag=sea&author=ana", "&tag=nothing&author=nobody")
WORDS = {
    "a word": "boat",
    "a beginning": "boa",
    "a word in most texts": "harbour",
    "words": "boat+harbour",
    "a phrase": '"the+old+boat"',
    "a phrase that nothing has": '"boat+old+the"',
    "a mistyped word": "baots",
    "mistyped words": "baots+habrour",
    "nothing": "zyzzyva",
    "no words": "",
}
KINDS = {
    **{f"{kind}{more}": f"/search?q={words}{more}" for kind, words in WORDS.items() for more in NARROWED},
    "further on": "/search?q=harbour&after=2",
    "further on, narrowed": "/search?q=habrour&after=2&tag=sea",
    "suggestions": "/search/suggest?q=boa",
    "suggestions, two letters": "/search/suggest?q=bo",
    "suggestions, mistyped": "/search/suggest?q=baots",
    "suggestions, mistyped words": "/search/suggest?q=baots+habrour",
    "suggestions, none": "/search/suggest?q=zyzzyva",
}


@pytest.fixture
def fill(session: Session, make: Make, publish: Publish, now: datetime) -> Callable[[int], None]:
    """Posts of all that the questions are about."""
    sea = make.tag("Sea")
    boats, town = make.tag("Boats", parent_id=sea.id), make.tag("Town")
    ana, ben = (make.user("author", username=name) for name in ("ana", "ben"))

    def _fill(times: int) -> None:
        for number in range(times):
            at = now - timedelta(days=number)
            for title, author, tag in (("The old boats", ana, boats), ("Elsewhere", ben, sea), ("Inland", ana, town)):
                told = {"title": title, "slug": uuid4().hex, "body": "A boat in the harbour, and another boat."}
                publish(**told, author=author, tags=[tag], published_at=at, featured_media_id=make.media().id)
        session.commit()

    return _fill


@pytest.fixture
def few_are_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a dozen of posts are more than are ranked, and their titles are asked by themselves."""
    monkeypatch.setattr(finding, "RANKED", 4)
    monkeypatch.setattr(finding, "RANKED_BY_TITLE", 3)
    monkeypatch.setattr(finding, "MANY_TITLES", 3)
    monkeypatch.setattr(finding, "ENOUGH", 2)


@pytest.mark.usefixtures("few_are_ranked")
def test_a_search_asks_six_questions_at_most_and_no_more_where_more_is_found(
    engine: Engine, browser: Browser, make: Make, decide: Decide, fill: Callable[[int], None]
) -> None:
    decide(logo_id=make.media().id, posts_per_page=2)
    networks = (f"203.0.113.{number}" for number in range(1, 255))  # none of which searches too often

    def questions() -> dict[str, list[str]]:
        return {kind: _questions(engine, browser, url, next(networks)) for kind, url in KINDS.items()}

    fill(2)
    fewest = questions()
    fill(3)
    few, again = questions(), questions()
    fill(8)
    many = questions()

    assert not {
        kind: asked for asked_of in (fewest, few, many) for kind, asked in asked_of.items() if len(asked) > MOST
    }
    assert not [kind for kind in KINDS if max(len(again[kind]), len(many[kind])) > len(few[kind])]


def _questions(engine: Engine, browser: Browser, url: str, network: str) -> list[str]:
    with counted(engine) as statements:
        answer = browser.get(url, environ_overrides={"REMOTE_ADDR": network})
    assert answer.status_code == 200, url
    assert "Set-Cookie" not in answer.headers
    return statements


def test_a_page_of_results_that_is_not_there_costs_no_more(
    engine: Engine, browser: Browser, make: Make, decide: Decide, fill: Callable[[int], None]
) -> None:
    decide(logo_id=make.media().id)
    fill(2)

    for url in ("/search?q=boat&after=99", "/search?q=baots&after=99&tag=sea"):
        with counted(engine) as statements:
            assert browser.get(url).status_code == 404
        assert len(statements) <= MOST, statements
