"""An address where nothing is helps to find what was meant."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Post
from cms.posts.near import MOST, words_in
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

Publish = Callable[..., Post]


@pytest.fixture(autouse=True)
def site(session: Session, make: Make, publish: Publish) -> None:
    """A few texts whose addresses are not alike."""
    publish(slug="tide-clock-pier-9", title="The tide clock")
    publish(slug="night-ferry", title="Die Nachtfähre", language="de")
    publish(slug="a-year-of-fog", title="A year of fog")
    make.post(slug="tide-clock-secret", title="Nobody's business")
    about = make.page(slug="about", title="About us", status=PUBLISHED)
    make.page(slug="team", title="The team", parent_id=about.id, status=PUBLISHED)
    session.commit()


def missing(browser: Browser, url: str) -> tuple[list[str], str]:
    """Where it leads on, and what it would search for."""
    response = browser.get(url)
    assert response.status_code == 404
    page = BeautifulSoup(response.text, "html.parser")
    field = page.select_one("form[action='/search'] input[name=q]")
    assert field is not None
    return [str(link["href"]) for link in page.select(".near-by a")], str(field["value"])


@pytest.mark.parametrize(
    ("url", "meant", "words"),
    [
        ("/posts/tide-clok-pier-9", ["/posts/tide-clock-pier-9"], "tide clok pier 9"),
        ("/posts/tide", ["/posts/tide-clock-pier-9"], "tide"),
        ("/2019/05/tide-clock-pier-9.html", ["/posts/tide-clock-pier-9"], "tide clock pier 9"),
        ("/night_ferry", ["/posts/night-ferry"], "night ferry"),
        ("/posts/nigth-ferry", ["/posts/night-ferry"], "nigth ferry"),
        ("/abuot", ["/about"], "abuot"),
        ("/teams", ["/about/team"], "teams"),
        ("/wp-login.php", [], "wp login"),
        ("/tags/", [], "tags"),
        ("/posts/%F0%9F%98%80", [], "😀"),
        ("/x/%22%3E%3Cscript%3E", [], '"><script>'),
    ],
)
def test_texts_at_addresses_like_it_are_offered(browser: Browser, url: str, meant: list[str], words: str) -> None:
    assert missing(browser, url) == (meant, words)


def test_nothing_is_offered_that_nobody_may_read(browser: Browser) -> None:
    assert "/posts/tide-clock-secret" not in missing(browser, "/posts/tide-clock-secre")[0]


def test_a_title_in_another_language_says_so(browser: Browser) -> None:
    assert '<span lang="de" dir="ltr">Die Nachtfähre</span>' in browser.get("/posts/night-fery").text


def test_it_costs_the_same_however_much_is_alike(
    session: Session, engine: Engine, browser: Browser, publish: Publish
) -> None:
    for number in range(30):
        publish(slug=f"harbour-{number}")
    session.commit()

    with counted(engine) as statements:
        assert browser.get_unkept("/posts/harbour").text.count('<li><a href="/posts/harbour-') == MOST

    assert len(statements) <= 6


def test_a_very_long_address_is_no_trouble(browser: Browser) -> None:
    assert len(missing(browser, "/posts/" + "long-" * 400)[1]) <= 200


def test_the_words_are_those_of_the_last_part() -> None:
    assert words_in("/a/Night--ferry_and+more.htm/") == "Night ferry and more"
    assert words_in("/") == ""
    assert words_in("/.env") == ".env"
