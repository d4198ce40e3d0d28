"""nginx serves kept pages from disk, with our own file, and never an old one."""

import re
import time
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from cms.core.shutter import Shutter
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Edition
from deploy.front import HOST, Answer
from tests.deploy.conftest import PASSWORD, Deployed, owner

#: Said by each of the two in its own way, anew with every answer.
OWN = {
    "server",
    "date",
    "connection",
    "x-request-id",
    "etag",
    "content-length",
    "content-encoding",
    "transfer-encoding",
}


def said(answer: Answer) -> list[tuple[str, str]]:
    return sorted((name.title(), value) for name, value in answer.headers if name.lower() not in OWN)


def test_a_page_from_disk_is_the_same_answer_header_by_header(deployed: Deployed, post: str) -> None:
    stored = deployed.until_stored(post)
    behind = deployed.ask_behind(post)

    assert (stored.status, stored.body) == (behind.status, behind.body)
    assert said(stored) == said(behind)
    assert stored.header("X-Request-Id")
    assert stored.header("ETag") != behind.header("ETag")


@pytest.mark.parametrize("path", ["/", "/posts", "/posts/tide-clock"])
@pytest.mark.parametrize(("taken", "coding"), [("gzip", "gzip"), ("gzip, deflate, br, zstd", "br")])
def test_it_comes_compressed_and_is_not_sent_again_to_whoever_has_it(
    deployed: Deployed, nginx_with_brotli: str, post: str, path: str, taken: str, coding: str
) -> None:
    plain = deployed.until_stored(path)
    packed = deployed.front.ask(path, Accept_Encoding=taken)
    known = deployed.front.ask(path, Accept_Encoding=taken, If_None_Match=packed.header("ETag") or "")
    head = deployed.front.ask(path, method="HEAD", Accept_Encoding=taken)

    assert packed.header("Content-Encoding") == coding
    assert packed.header("ETag") != plain.header("ETag")
    assert len(packed.body) < len(plain.body)
    assert (known.status, known.body) == (304, b"")
    assert [pair for pair in said(packed) if pair[0] != "Content-Type"] == [
        pair for pair in said(known) if pair[0] != "Content-Type"
    ]
    assert (head.status, head.body, said(head)) == (200, b"", said(packed))


def test_who_has_a_page_keeps_it_while_others_change(deployed: Deployed, post: str) -> None:
    """The ETag says what is in it, not when it was stored."""
    before = deployed.until_stored(post).header("ETag")
    with deployed.changing() as (_session, make):
        make.tag("On no page")
    assert not deployed.is_stored(post)

    assert deployed.until_stored(post).header("ETag") == before


def test_a_page_below_another_may_have_any_name(deployed: Deployed) -> None:
    """What lies beside a page, to count its reads by, is in nobody's way."""
    with deployed.changing() as (session, make):
        by = {"author": owner(session), "status": PUBLISHED}
        above = make.page(slug="harbour", title="Harbour", **by)
        make.page(slug="post", title="The post of the harbour", parent_id=above.id, **by)
    deployed.until_stored("/harbour")

    assert b"The post of the harbour" in deployed.until_stored("/harbour/post").body


@pytest.mark.parametrize(
    "path",
    [
        "/posts/nothing",
        "/posts/tide-clock/",
        "/posts//tide-clock",
        "//posts/tide-clock",
        "/posts/../posts/tide-clock",
        "/posts/%74ide-clock",
        "/posts/tide-clock/index.html",
        "/posts/tide-clock?utm_source=x",
        "/posts/tide-clock?comments=x%00",
        "/current/posts/tide-clock",
        "/.none",
        "/lock",
    ],
)
def test_other_spellings_are_what_they_are_to_the_application(deployed: Deployed, post: str, path: str) -> None:
    deployed.until_stored(post)

    answer, behind = deployed.front.ask(path), deployed.ask_behind(path)

    assert (answer.status, answer.header("Location")) == (behind.status, behind.header("Location"))
    assert answer.status in (200, 301, 400, 404)


@pytest.mark.parametrize("host", ["evil.example", "www.example.com.evil.example", "127.0.0.1"])
def test_another_host_gets_no_page(deployed: Deployed, post: str, host: str) -> None:
    deployed.until_stored(post)

    with pytest.raises(OSError, match="closed connection"):
        deployed.front.ask(post, host=host)


def test_a_post_to_a_stored_page_reaches_the_application(deployed: Deployed, post: str) -> None:
    deployed.until_stored(post)

    assert deployed.front.ask(post, method="POST").status in (400, 405)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/api/v1/posts/1/publication", "/posts/tide-clock"])
def test_other_methods_are_what_they_are_to_the_application(
    deployed: Deployed, post: str, path: str, method: str
) -> None:
    deployed.until_stored(post)

    answer, behind = (ask(path, method=method) for ask in (deployed.front.ask, deployed.ask_behind))

    assert (answer.status, answer.body[:100]) == (behind.status, behind.body[:100])


def test_a_change_by_a_command_is_in_the_very_next_answer(deployed: Deployed, post: str) -> None:
    """Whether it comes from disk or not; most do in between."""
    from_disk = 0
    for number in range(60):
        with deployed.changing() as (session, _make):
            session.execute(update(Edition).where(Edition.slug == "tide-clock").values(title=f"Tide {number}"))
        for _ in range(3):
            assert f"Tide {number}<".encode() in deployed.front.ask(post).body
        from_disk += deployed.is_stored(post)
    assert from_disk > 20


def test_a_change_through_the_back_office_is_in_the_very_next_answer(deployed: Deployed, post: str) -> None:
    desk = Desk(deployed)
    for number in range(15):
        deployed.front.ask(post)
        desk.post("/admin/settings/", {"title": f"Harbour {number}"})
        assert f"Harbour {number}".encode() in deployed.front.ask(post).body
        assert f"Harbour {number}".encode() in deployed.front.ask("/").body


class Desk:
    """An owner who signed in, seen from outside."""

    def __init__(self, deployed: Deployed) -> None:
        self._front, self._cookies = deployed.front, SimpleCookie()
        self._token = ""
        self.post("/login", {"email": "o@example.com", "password": PASSWORD})

    def post(self, path: str, values: dict[str, Any]) -> Answer:
        page = self._ask(path)
        [token, *_] = re.findall(rb'name="csrf_token"[^>]*value="([^"]+)"', page.body)
        answer = self._ask(path, method="POST", body=urlencode(values | {"csrf_token": token.decode()}))
        assert answer.status in (302, 303), (answer.status, answer.body[-2000:])
        return answer

    def _ask(self, path: str, *, method: str = "GET", body: str | None = None) -> Answer:
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in self._cookies.items())
        origin = f"https://{HOST}"
        more = {"Content_Type": "application/x-www-form-urlencoded"} if body is not None else {}
        answer = self._front.ask(
            path, method=method, body=body, Cookie=cookie, Origin=origin, Referer=f"{origin}{path}", **more
        )
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                self._cookies.load(value)
        return answer


def test_a_page_that_turns_within_a_minute_is_not_stored_and_the_link_goes_in_time(
    deployed: Deployed, post: str
) -> None:
    turn = datetime.now(UTC) + timedelta(seconds=69)
    with deployed.changing() as (session, make):
        later = make.post(slug="later", title="Later", author=owner(session), status=PUBLISHED)
        session.execute(update(Edition).where(Edition.post_id == later.id).values(live_from=turn))
    deployed.until_stored(post, within=8)

    deadline = turn - timedelta(seconds=45)
    while deployed.target() is not None:
        assert datetime.now(UTC) < deadline
        time.sleep(0.1)
    deployed.front.ask(post)
    assert deployed.target() is None
    with deployed.changing() as (session, _make):
        session.execute(update(Edition).where(Edition.slug == "later").values(live_from=turn - timedelta(days=1)))


def test_a_site_that_hides_from_search_engines_says_so_itself(deployed: Deployed, post: str) -> None:
    """That header is not one of all pages."""
    desk = Desk(deployed)
    desk.post("/admin/settings/", {"noindex": "1"})
    assert deployed.front.ask(post).header("X-Robots-Tag") == "noindex, nofollow"
    assert deployed.target() is None
    desk.post("/admin/settings/", {"noindex": ""})


def test_only_the_folder_of_the_present_stays(deployed: Deployed, post: str) -> None:
    deployed.until_stored(post)

    deadline = time.monotonic() + 60
    while (folders := [one.name for one in deployed.pages.iterdir() if _is_generation(one)]) != [deployed.target()]:
        assert time.monotonic() < deadline, folders
        time.sleep(0.1)


def _is_generation(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def test_what_goes_wrong_elsewhere_is_found_within_seconds(deployed: Deployed, post: str) -> None:
    """A server of the database that commits after its client has died: nobody of ours took the link away."""
    deployed.until_stored(post)
    old = deployed.target()
    with deployed.changing() as (session, _make):
        session.execute(update(Edition).where(Edition.slug == "tide-clock").values(title="Found late"))
    link = Shutter(deployed.pages).link
    link.unlink(missing_ok=True)
    link.symlink_to(str(old))

    deadline = time.monotonic() + 60
    while b"Found late" not in deployed.front.ask(post).body:
        assert time.monotonic() < deadline
        time.sleep(0.1)
