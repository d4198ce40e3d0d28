"""Lists of the back office: their pages, orders, filters, bounds and exports, whatever the area."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy.orm import Session

from cms.admin import listing
from cms.admin.exporting import safe_cell
from cms.core.permissions import Permission
from cms.posts import actions
from cms.posts.models import PostKind
from tests.browser import Browser
from tests.factories import Make

ROW = re.compile(r'name="rowid" value="(\d+)"')
NEXT = re.compile(r'rel="next" href="([^"]+)"')
PREVIOUS = re.compile(r'rel="prev" href="([^"]+)"')


def link(pattern: re.Pattern[str], page: str) -> str | None:
    found = pattern.search(page)
    return found[1].replace("&amp;", "&") if found else None


def ids(page: str) -> list[int]:
    return [int(row_id) for row_id in ROW.findall(page)]


@pytest.mark.parametrize("sort", ["-updated_at", "title", "-title", "updated_at"])
def test_a_walk_through_the_pages_meets_every_row_once_and_the_same_way_back(
    browser: Browser, session: Session, make: Make, sort: str
) -> None:
    editor = make.editor()
    for number in range(60):  # few different keys, so that the id has to break ties
        make.post(author=editor, title=f"Same {number % 3}", updated_at=make.at + timedelta(hours=number % 4))
    session.commit()
    browser.sign_in(editor)

    walked, address, last = [], f"/admin/posts/?sort={sort}", ""
    while address:
        last = address
        page = browser.get(address).text
        walked.append(ids(page))
        address = link(NEXT, page)
    back, address = [walked[-1]], link(PREVIOUS, browser.get(last).text)
    while address:
        page = browser.get(address).text
        back.append(ids(page))
        address = link(PREVIOUS, page)

    assert [len(rows) for rows in walked] == [25, 25, 10]
    assert len({row for rows in walked for row in rows}) == 60
    assert back[::-1] == walked


def test_sorting_searching_and_filtering_begin_at_the_first_page_again(
    browser: Browser, session: Session, make: Make
) -> None:
    editor = make.editor()
    for _number in range(30):
        make.post(author=editor)
    session.commit()
    page = browser.sign_in(editor).get("/admin/posts/?status=draft").text
    second = browser.get(link(NEXT, page) or "").text

    heading = re.search(r'<th [^>]*aria-sort[^>]*>\s*<a href="([^"]+)"', second)

    assert heading is not None
    assert parse_qs(urlsplit(heading[1].replace("&amp;", "&")).query) == {"status": ["draft"], "sort": ["updated_at"]}


@pytest.mark.parametrize("area", ["posts", "comments", "media", "trash", "activity"])
def test_what_a_form_left_open_is_no_part_of_the_address(
    browser: Browser, session: Session, make: Make, area: str
) -> None:
    owner = make.user("owner")
    session.commit()
    browser.sign_in(owner)

    asked = browser.get(f"/admin/{area}/?search=&status=&person=")
    narrowed = browser.get(f"/admin/{area}/?search=sea+%26+sky&status=&since=2026-01-01&tag=&tag=a&tag=b")

    assert (asked.status_code, asked.location) == (302, f"/admin/{area}/")
    assert narrowed.location == f"/admin/{area}/?search=sea+%26+sky&since=2026-01-01&tag=a&tag=b"


@pytest.mark.parametrize(
    "query",
    [
        "after=%00", "after=zzzz", "after=" + "A" * 5000, "before=WzEsMV0", "after=W10", "after=bnVsbA",
        "after=WyI5OTk5LTEyLTMxVDIzOjU5OjU5KzAwOjAwIiwgLTFd", "after=WyJ4IiwgMV0", "sort=title&after=WzEsIDFd",
        "page=99999999999999999999", "page=-1", "page_size=100000", "page_size=-1", "sort=password", "sort=--title",
        "search=" + "x%20" * 400, "search=%25_%5C%27%22", "since=9999-99-99", "since=0001-01-01", "until=nope",
        "status=%3Cscript%3E", "author=1e9", "author=-1", "author=99999999999999999999", "tag=%27%3B--",
        "result=99999999999999999999", "result=x", "url=https://evil.test/", "desc=1&flt0_0=x",
    ],
)  # fmt: skip
def test_hostile_parameters_get_a_page_or_a_400(browser: Browser, session: Session, make: Make, query: str) -> None:
    editor = make.editor()
    make.post(author=editor)
    session.commit()
    browser.sign_in(editor)

    for area in ("posts", "pages", "tags", "comments", "redirects"):
        answer = browser.get(f"/admin/{area}/?{query}")
        assert answer.status_code == (400 if "%00" in query else 200)
        assert "<script>" not in answer.text
        assert "evil.test" not in answer.text


@pytest.mark.parametrize("number", ["0" * 19 + "1" + "9" * 19, "0" * 19 + "1" + "9" * 5000, "9" * 40, "-1", "²"])
def test_a_number_that_no_row_has_is_nothing_and_no_error(
    browser: Browser, session: Session, make: Make, number: str
) -> None:
    owner = make.owner()
    post = make.post(author=owner)
    session.commit()
    browser.sign_in(owner)

    for place in ("posts/edit/?id={}", "users/details/?id={}", "roles/delete/?id={}"):
        assert browser.get(f"/admin/{place.format(number)}").status_code == 404
    for place in ("posts/?result={}", "activity/?before={}", "activity/?type=posts&id={}", "moderation/?after={}"):
        assert browser.get(f"/admin/{place.format(number)}").status_code == 200
    assert browser.post("/admin/posts/action/", {"action": "publish", "rowid": number}).status_code == 422
    assert browser.post("/admin/posts/delete/", {"id": number}).status_code == 404
    fields = {"title": "T", "featured_media_id": number, "version": number}
    assert browser.post(f"/admin/posts/edit/?id={post.id}", fields).status_code == 422
    assert browser.post("/admin/settings/", {"logo_id": number, "posts_per_page": number}).status_code == 422


def test_a_value_that_a_filter_does_not_know_finds_nothing_instead_of_everything(
    browser: Browser, session: Session, make: Make
) -> None:
    editor = make.editor()
    make.post(author=editor, title="Here all along")
    session.commit()
    browser.sign_in(editor)

    for query in ("status=draught", "since=yesterday", "summary=perhaps"):
        page = browser.get(f"/admin/posts/?{query}").text
        assert "Here all along" not in page
        assert "Remove the filter" in page


def test_a_count_stops_at_its_bound_and_says_so(
    browser: Browser, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "COUNT_BOUND", 3)
    editor = make.editor()
    for number in range(5):
        make.tag(f"Subject {number}")
    session.commit()
    browser.sign_in(editor)

    assert "3+ tags" in browser.get("/admin/tags/").text
    assert "1 tag<" in browser.get("/admin/tags/?search=Subject+4").text


@pytest.mark.parametrize(
    "place", ["?search=storm", "?tag=sea", "?search=%22storm+warning%22&tag=sea", "?shown=scheduled"]
)
def test_what_many_rows_fit_is_found_as_what_few_do(
    browser: Browser, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    editor = make.editor()
    for number in range(12):
        title = f"Storm warning {number}" if number % 2 else f"Calm {number}"
        fields = {"title": title, "tags": ["Sea"] if number % 3 else []}
        post = actions.create(session, PostKind.POST, fields, by=editor, at=make.at)
        if number % 4 == 1:
            actions.publish(session, post, by=editor, at=make.at, live_from=datetime(2100, 1, 1, tzinfo=UTC))
    session.commit()
    browser.sign_in(editor)

    few = browser.get(f"/admin/posts/{place}").text
    monkeypatch.setattr(listing, "COUNT_BOUND", 1)
    many = browser.get(f"/admin/posts/{place}").text

    assert len(ids(few)) > 1
    assert ids(many) == ids(few)
    assert "1+ posts" not in few
    assert "1+ post" in many


def test_the_count_is_of_what_one_may_see(browser: Browser, session: Session, make: Make) -> None:
    author = make.author()
    make.post(author=author)
    for _number in range(4):
        make.post()
    session.commit()

    page = browser.sign_in(author).get("/admin/posts/").text

    assert "1 post<" in page
    assert len(ids(page)) == 1


def test_an_export_is_scoped_like_the_list_and_harmless_in_a_spreadsheet(
    browser: Browser, session: Session, make: Make
) -> None:
    editor = make.editor()
    make.post(author=editor, title='=HYPERLINK("https://evil.test")', summary="+1", slug="minus")
    make.post(author=editor, title="Quiet", tags=[make.tag("Sea")])
    session.commit()
    browser.sign_in(editor)

    everything = browser.get("/admin/posts/export/csv/")
    some = browser.get("/admin/posts/export/csv/?tag=sea")

    assert everything.mimetype == "text/csv"
    assert everything.headers["Content-Disposition"] == "attachment; filename=posts.csv"
    assert "\"'=HYPERLINK(" in everything.text
    assert ",'+1," in everything.text
    assert len(some.text.splitlines()) == 2
    assert "Quiet" in some.text


@pytest.mark.parametrize(
    "text", ["=1", " =1", "\u00a0=1", "\t=1", "\n=1", "+1", "-1", "@A1", "\tx", "\rx", "＝1", "＠A1"]
)
def test_whatever_a_spreadsheet_would_run_is_a_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_what_no_spreadsheet_runs_is_left_as_it_is() -> None:
    assert [safe_cell(value) for value in ("a=1", "1-2", -5, None, True, ["x", "=y"])] == [
        "a=1",
        "1-2",
        "-5",
        "",
        "True",
        "x, =y",
    ]


def test_an_export_needs_the_right_to_export_and_to_see(browser: Browser, session: Session, make: Make) -> None:
    author, exporter = make.author(), make.user(make.role(Permission.EXPORT_RUN))
    session.commit()

    assert browser.sign_in(author).get("/admin/posts/export/csv/").status_code == 403
    browser.sign_out()
    assert browser.sign_in(exporter).get("/admin/posts/export/csv/").status_code == 403
