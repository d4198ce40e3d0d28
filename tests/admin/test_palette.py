"""The palette offers what the pages offer, to each person their own; preferences are kept."""

import re
from html import unescape

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.posts.lifecycle import ARCHIVED, DRAFT, IN_REVIEW, PUBLISHED
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

PLACE = "/admin/palette/"
LINK = re.compile(r'<a class="command" href="([^"]+)" data-command>.*?<span class="grow">([^<]+)', re.DOTALL)
ACT = re.compile(r'<form method="post" action="([^"]+)">.*?<span class="grow">([^<]+)', re.DOTALL)
REFUSED = re.compile(
    r'<span class="command refused" title="[^"]+">.*?<span class="grow">([^<]+)<small>([^<]+)', re.DOTALL
)


def part(browser: Browser, query: str = "") -> str:
    answer = browser.get(f"{PLACE}?part=1&{query}")
    assert answer.status_code == 200
    return unescape(answer.text)


def labels(found: list[tuple[str, str]]) -> set[str]:
    return {label.strip() for _href, label in found}


@pytest.mark.parametrize("role", ["owner", "editor", "author", "contributor", "moderator"])
@pytest.mark.parametrize("status", [DRAFT, IN_REVIEW, PUBLISHED, ARCHIVED])
def test_it_offers_and_refuses_the_very_moves_of_the_page(
    browser: Browser, session: Session, make: Make, role: str, status: str
) -> None:
    person = make.user(role)
    own, others = make.post(author=person, status=status), make.post(status=status)
    session.commit()
    browser.sign_in(person)

    for post in (own, others):
        place = f"/admin/posts/{post.id}/"
        page = unescape(browser.get(f"/admin/posts/details/?id={post.id}").text)
        offered = {move for move in re.findall(rf'formaction="{place}([a-z_]+)', page)}
        palette = part(browser, f"on=posts-{post.id}")
        acts = {href.removeprefix(place) for href, _label in ACT.findall(palette)}
        assert acts == offered
        assert bool(REFUSED.findall(palette)) == ("aria-disabled" in page)


@pytest.mark.parametrize("role", ["owner", "editor", "author", "contributor", "moderator", None])
def test_it_leads_where_the_menu_leads_and_offers_what_is_new_where_the_lists_do(
    browser: Browser, session: Session, make: Make, role: str | None
) -> None:
    person = make.user(*([role] if role else []))
    session.commit()
    browser.sign_in(person)

    palette = part(browser)

    menu = set(re.findall(r'<a href="(/admin/[^"]*)" data-go=', browser.get("/admin/").text))
    links = {href for href, _label in LINK.findall(palette)}
    assert menu <= links
    new = {href for href in links if href.endswith("/new/")}
    assert new == {
        href for place in links - new for href in re.findall(r'href="([^"]+)" data-create', browser.get(place).text)
    }
    for href in links - {"/"}:
        assert browser.get(href).status_code == 200


def test_it_finds_by_words_what_one_may_see_and_no_more(browser: Browser, session: Session, make: Make) -> None:
    contributor = make.contributor()
    make.post(author=contributor, title="Harbour light")
    make.post(title="Harbour secret", status=DRAFT)
    make.page(title="Harbour page", status=DRAFT)
    make.tag("Harbour tag")
    make.series("Harbour series")
    make.user(display_name="Harbour master")
    session.commit()
    browser.sign_in(contributor)

    assert labels(LINK.findall(part(browser, "q=harbour"))) == {"Harbour light"}
    browser.sign_out()
    owner = make.owner()
    session.commit()
    found = labels(LINK.findall(part(browser.sign_in(owner), "q=harbour")))
    every = {"light", "secret", "page", "tag", "series", "master"}
    assert {f"Harbour {word}" for word in every} <= found


def test_settings_and_acts_are_found_by_part_of_their_name(browser: Browser, session: Session, make: Make) -> None:
    owner, editor = make.owner(), make.editor()
    session.commit()

    assert "Tagline" in labels(LINK.findall(part(browser.sign_in(owner), "q=taglin")))
    assert "New post" in labels(LINK.findall(part(browser, "q=new+post")))
    browser.sign_out()
    assert "Tagline" not in labels(LINK.findall(part(browser.sign_in(editor), "q=taglin")))


@pytest.mark.parametrize("kind", ["post", "series"])
def test_an_area_gives_no_more_than_five_and_costs_the_same_however_many_match(
    browser: Browser, session: Session, make: Make, engine: Engine, kind: str
) -> None:
    owner = make.owner()
    getattr(make, kind)(title="Tide 0")
    session.commit()
    browser.sign_in(owner)

    def cost() -> int:
        with counted(engine) as statements:
            part(browser, "q=tide")
        return len(statements)

    few = cost()
    for number in range(1, 20):
        getattr(make, kind)(title=f"Tide {number}")
    session.commit()

    assert cost() == few
    assert len([label for label in labels(LINK.findall(part(browser, "q=tide"))) if label.startswith("Tide")]) == 5


@pytest.mark.parametrize(
    "query",
    ["on=posts-99999999999999999999", "on=nothing-1", "on=posts-", "on=%3Cscript%3E", "q=" + "x" * 5000, "q=%22"],
)
def test_nonsense_is_answered_like_nothing(browser: Browser, session: Session, make: Make, query: str) -> None:
    owner = make.owner()
    session.commit()

    assert "<script>" not in part(browser.sign_in(owner), query)


def test_without_script_it_is_a_page(browser: Browser, session: Session, make: Make) -> None:
    owner = make.owner()
    make.post(title="Harbour light")
    session.commit()
    browser.sign_in(owner)

    page = browser.get(f"{PLACE}?q=harbour").text

    assert "Harbour light" in page
    assert 'name="q" value="harbour"' in page
    assert f'href="{PLACE}"' in browser.get("/admin/").text


def test_preferences_are_kept_and_shown(browser: Browser, session: Session, make: Make) -> None:
    owner = make.owner()
    session.commit()
    browser.sign_in(owner)
    before = browser.get("/admin/").text
    assert "data-scheme" not in before
    assert "data-shortcuts" not in before

    assert browser.post("/admin/preferences/", {"theme": "dark"}).status_code == 303
    after = browser.get("/admin/").text
    assert 'data-scheme="dark"' in after
    assert 'data-shortcuts="off"' in after
    assert re.search('value="dark" checked', browser.get("/admin/preferences/").text)
    browser.post("/admin/preferences/", {"theme": "pink", "shortcuts": "yes"})
    assert browser.get("/admin/").text.count("data-scheme") == 0


def test_what_is_called_so_comes_before_what_only_says_so(browser: Browser, session: Session, make: Make) -> None:
    editor = make.editor()
    make.post(title="The Tide clock")
    for number in range(6):
        make.post(title=f"Ferry {number}", body="It waits for the tide.")
    session.commit()
    browser.sign_in(editor)

    found = [label.strip() for href, label in LINK.findall(part(browser, "q=tid")) if "/posts/" in href]

    assert found == ["The Tide clock", "Ferry 5", "Ferry 4", "Ferry 3", "Ferry 2"]
