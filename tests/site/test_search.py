"""The search of the public site, through a browser."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import quote, quote_plus

import pytest
from sqlalchemy.orm import Session

from cms.posts import actions, finding
from cms.posts.finding import Asked
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post
from tests.browser import Browser
from tests.factories import Make
from tests.site.test_hostile import faults

Publish = Callable[..., Post]
Decide = Callable[..., None]
RESULT = re.compile(r'<article class="entry"[^>]*>.*?class="title"><a href="([^"]+)">(.*?)</a>', re.S)
YEAR = timedelta(days=365)


def text_of(browser: Browser, url: str, status: int = 200) -> str:
    response = browser.get(url)
    assert response.status_code == status, url
    return response.get_data(as_text=True)


def found(browser: Browser, words: str, more: str = "") -> list[str]:
    """Titles of the results; the newest posts, which stand in for them, are none."""
    page = text_of(browser, f"/search?q={quote_plus(words)}{more}").partition('id="newest"')[0]
    return [unescape(re.sub("<.*?>", "", title)) for _path, title in RESULT.findall(page)]


def test_the_form_asks_by_address_and_needs_no_script(session: Session, browser: Browser, publish: Publish) -> None:
    publish(title="The tide clock", slug="tide")
    session.commit()

    home = text_of(browser, "/")
    assert 'action="/search"' in home
    page = browser.get("/search?q=TIDE")
    assert '<a href="/posts/tide">The <mark>tide</mark> clock</a>' in page.text
    assert 'value="TIDE"' in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_titles_come_before_texts_and_the_fresh_before_the_old(
    session: Session, browser: Browser, publish: Publish, now: datetime
) -> None:
    publish(title="Boats of old", body="Nothing.", published_at=now - 4 * YEAR)
    publish(title="Boats of today", body="Nothing.", published_at=now - YEAR / 365)
    publish(title="Elsewhere", body="Some boats.", published_at=now)
    publish(title="Elsewhere, long ago", body="Some boats.", published_at=now - 6 * YEAR)
    session.commit()

    assert found(browser, "boats") == ["Boats of today", "Boats of old", "Elsewhere", "Elsewhere, long ago"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("cafe", ["Café Müller"]),
        ("MÜLLER", ["Café Müller"]),
        ("mull", ["Café Müller"]),
        ('"cafe muller"', ["Café Müller"]),
        ('"muller cafe"', []),
        ('"cafe muler"', []),
        ("muller harbour", []),
        ("muelller cafe", []),
        ("mullar cafe", ["Café Müller"]),
        ("harbuor", ["Harbour"]),
        ("harbr", []),
        ("habour bus", ["Harbour"]),
        ("ca", []),
        ("about", ["About us"]),
    ],
)
def test_what_is_found_by_which_words(
    session: Session, browser: Browser, make: Make, publish: Publish, words: str, expected: list[str]
) -> None:
    publish(title="Café Müller")
    publish(title="Harbour", body="The bus leaves.")
    make.page(title="About us", status=PUBLISHED)
    session.commit()

    assert found(browser, words) == expected


def test_nothing_is_found_that_is_not_live(
    session: Session, browser: Browser, make: Make, publish: Publish, now: datetime
) -> None:
    editor, live = make.editor(), publish(title="Secret live")
    make.post(title="Secret draft")
    scheduled, expiring, trashed = (make.post(title=f"Secret {kind}") for kind in ("ahead", "expired", "trashed"))
    hour, real = timedelta(hours=1), datetime.now(now.tzinfo)
    actions.publish(session, scheduled, by=editor, at=now, live_from=real + hour)
    actions.publish(session, expiring, by=editor, at=now, live_until=now + hour)
    actions.publish(session, trashed, by=editor, at=now)
    actions.move_post(session, trashed, PostMove.TRASH, by=editor, at=now + hour)
    taken_back = publish(title="Secret taken back")
    actions.move_post(session, taken_back, PostMove.UNPUBLISH, by=editor, at=now + hour)
    session.commit()

    assert live.title == "Secret live"
    assert found(browser, "secret") == found(browser, "secrte") == ["Secret live"]
    suggested = browser.get("/search/suggest?q=secr").get_json()["suggestions"]
    assert [one["title"] for one in suggested] == ["Secret live"]
    assert found(browser, "ahaed") == found(browser, "draft") == []
    assert "ahead" not in text_of(browser, "/search?q=ahaed")


def test_a_corrected_word_is_said_and_can_be_asked_for(session: Session, browser: Browser, publish: Publish) -> None:
    publish(title="The lighthouse")
    publish(title="Elsewhere", body="Down at the chandlery.")
    session.commit()

    page = text_of(browser, "/search?q=ligthouse")
    assert 'Did you mean <a href="/search?q=lighthouse" rel="nofollow">lighthouse</a>?' in " ".join(page.split())
    assert "<mark>lighthouse</mark>" in page
    assert '<a href="/search?q=chandlery" rel="nofollow">' in text_of(browser, "/search?q=chandelry")
    assert "Did you mean" not in text_of(browser, "/search?q=lighthouse")


def test_few_results_are_followed_by_those_with_words_that_were_meant_perhaps(
    session: Session, browser: Browser, publish: Publish
) -> None:
    publish(title="Merry Christmas")
    publish(title="The ferry")
    session.commit()

    assert found(browser, "merry") == ["Merry Christmas", "The ferry"]
    page = text_of(browser, "/search?q=merry")
    assert ">1 result</h2>" in page
    assert "spelled almost like that" in page


def test_tags_and_authors_narrow_the_results_and_are_taken_off_again(
    session: Session, browser: Browser, make: Make, publish: Publish
) -> None:
    sea, town = make.tag("Sea"), make.tag("Town")
    boats = make.tag("Boats", parent_id=sea.id)
    ana, ben = (make.user("author", username=name, display_name=name.title()) for name in ("ana", "ben"))
    stranger = make.user("author", username="stranger")
    publish(title="Harbour one", author=ana, tags=[boats])
    publish(title="Harbour two", author=ben, tags=[sea])
    publish(title="Harbour three", author=ana, tags=[town])
    session.commit()

    assert sorted(found(browser, "harbour", "&tag=sea")) == ["Harbour one", "Harbour two"]
    assert sorted(found(browser, "harbour", "&author=ana")) == ["Harbour one", "Harbour three"]
    assert found(browser, "harbour", "&author=ana&tag=sea") == found(browser, "harbuor", "&author=ana&tag=sea")
    page = text_of(browser, "/search?q=harbour&author=ana&tag=sea")
    assert 'href="/search?q=harbour&amp;author=ana"' in page
    assert 'href="/search?q=harbour&amp;tag=sea"' in page
    page = text_of(browser, "/search?q=harbour")
    assert 'href="/search?q=harbour&amp;tag=boats"' in page
    assert 'href="/search?q=harbour&amp;author=ben"' in page
    for unknown in ("&tag=nothing", "&author=nobody", f"&author={stranger.username}"):
        assert len(found(browser, "harbour", unknown)) == 3
        assert "Remove the filter" not in text_of(browser, f"/search?q=harbour{unknown}")


def test_results_go_on_page_by_page_and_end(
    session: Session, browser: Browser, publish: Publish, decide: Decide, now: datetime
) -> None:
    for number in range(7):
        publish(title=f"Boat {number}", published_at=now - YEAR * number)
    decide(posts_per_page=3)
    session.commit()

    seen, url = [], "/search?q=boat"
    while url:
        page = text_of(browser, url)
        seen += [re.sub("<.*?>", "", title) for _path, title in RESULT.findall(page)]
        link = re.search(r'href="([^"]+)" rel="next nofollow"', page)
        url = unescape(link[1]) if link else ""

    assert seen == [f"Boat {number}" for number in range(7)]
    text_of(browser, "/search?q=boat&after=7", 404)
    assert len(found(browser, "boat", "&after=x")) == 3


def test_no_more_is_paged_through_than_anybody_reads(
    session: Session, publish: Publish, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "DEPTH", 4)
    for _number in range(6):
        publish(title="Boat")

    assert len(finding.find(session, Asked("boat"), now).ids) == 4


def test_nothing_found_helps_further(session: Session, browser: Browser, publish: Publish) -> None:
    publish(title="The tide clock")
    session.commit()

    page = text_of(browser, "/search?q=zyzzyva")
    assert "Nothing was found for “zyzzyva”." in page
    assert "The tide clock" in page
    assert "Type a word or two" in text_of(browser, "/search")
    assert "Type a word or two" in text_of(browser, "/search?q=+++")


def test_words_are_marked_where_they_stand_and_everything_is_escaped(
    session: Session, browser: Browser, publish: Publish
) -> None:
    filler = "Lorem ipsum dolor sit amet. " * 40
    publish(title="<b>Bold</b> & Söhne", body=f"{filler}\n\nA café **&lt;script&gt;** stands here. {filler}")
    session.commit()

    page = text_of(browser, f"/search?q={quote_plus('bold sohne cafe script')}")
    assert "&lt;b&gt;<mark>Bold</mark>&lt;/b&gt; &amp; <mark>Söhne</mark>" in page
    assert "A <mark>café</mark> &lt;<mark>script</mark>&gt; stands here." in page
    assert page.count("Lorem ipsum") < 10


HOSTILE = {
    "quotes": '"\'`"""',
    "operators": 'AND OR NOT NEAR( ^a -b +c * a* :A {title}: "x" & | ! <-> \\',
    "markup": "<script>alert(1)</script>\" onfocus=alert(1) x='",
    "long": "w" * 5_000,
    "many": "word " * 1_000,
    "spaces": " " * 10_000 + "tide",
    "percent": "%s %(x)s {} %25",
    "letters": "ﷺ ﬁ İ ß \u202e \u0301\u0301 \U0001f600 e\u0301",
    "statement": "'; DROP TABLE search_editions; --",
}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_no_words_are_an_error(session: Session, browser: Browser, publish: Publish, words: str) -> None:
    publish(title="The tide clock")
    session.commit()

    for url in ("/search?q={}", "/search?q=tide&tag={}", "/search?q=tide&author={}", "/search?q=tide&after={}"):
        page = text_of(browser, url.format(quote(words)))
        assert not {fault for fault in faults(page) if fault not in ("<script>", "<svg>", "<template>")}
    assert browser.get(f"/search/suggest?q={quote(words)}").status_code == 200


def test_bytes_that_are_no_text_are_refused_as_everywhere(browser: Browser) -> None:
    for words in ("%00", "tide%00", "%ff", "%ed%a0%80"):
        assert browser.get(f"/search?q={words}").status_code == 400


def test_titles_are_suggested_while_somebody_types(session: Session, browser: Browser, publish: Publish) -> None:
    for number in range(9):
        publish(title=f"Tide table {number}")
    publish(title="Elsewhere", slug="elsewhere", body="The tide.")
    session.commit()

    def suggested(words: str) -> list[dict[str, str]]:
        answer = browser.get(f"/search/suggest?q={quote_plus(words)}")
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.get_json()["suggestions"]

    assert len(suggested("ti")) == len(suggested("tide t")) == 8
    assert suggested("elsew") == [{"title": "Elsewhere", "path": "/posts/elsewhere"}]
    assert suggested("elsehwere") == suggested("elsew")
    assert suggested("") == suggested("e") == []
