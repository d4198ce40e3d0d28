"""What anybody may read is answered in front of Flask, and is what Flask answers."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from cms.web import kept
from tests.api.conftest import Of
from tests.api.program import Program
from tests.counting import counted
from tests.factories import Make

pytestmark = pytest.mark.usefixtures("ids")

#: Each is another with every answer, or names one request.
OF_ONE_ANSWER = {"X-Request-Id", "Date", "RateLimit-Remaining", "RateLimit-Reset"}
AT = "2026-01-01T00:00:00Z"
#: Of each endpoint, questions with each of its parameters; ids are put in.
ASKED = {
    "api_posts.index": [
        *("/posts", "/posts?limit=1", "/posts?tag=sea", "/posts?author=ines", "/posts?series=clocks"),
        *("/posts?fields=id,body_html", f"/posts?since={AT}", f"/posts?until={AT}", "/posts?trashed=false"),
    ],
    "api_posts.show": ["/posts/{post}", "/posts/{post}?fields=title", "/posts/{post}?view=public"],
    "api_pages.index": ["/pages"],
    "api_pages.show": ["/pages/{page}"],
    "api_tags.index": ["/tags", "/tags?slug=sea", "/tags?parent_id=1"],
    "api_tags.show": ["/tags/{tag}"],
    "api_series.index": ["/series", "/series?slug=clocks"],
    "api_series.show": ["/series/{series}"],
    "api_media.index": ["/media", "/media?kind=image", f"/media?since={AT}&until=2030-01-01T00:00:00Z"],
    "api_media.show": ["/media/{media}"],
    "api_comments.index": ["/comments", "/comments?post_id={post}", f"/comments?since={AT}&until={AT}"],
    "api_comments.show": ["/comments/{comment}"],
    "api_users.index": ["/users", "/users?username=ines"],
    "api_users.show": ["/users/{user}"],
    "api_settings.show": ["/settings", "/settings?fields=title"],
}
ALL = [path for paths in ASKED.values() for path in paths]


def told(answer: TestResponse, *, but: set[str] = OF_ONE_ANSWER) -> set[tuple[str, str]]:
    return {(name, value) for name, value in answer.headers if name not in but}


def is_kept(program: Program, engine: Engine, path: str, **options: Any) -> bool:
    with counted(engine) as statements:
        program.get(path, **options)
    return not statements


def test_all_that_strangers_may_read_is_asked_for_here(app: Flask) -> None:
    answers = kept.for_programs(app)

    assert answers is not None
    assert set(answers.parameters) == set(ASKED)


@pytest.mark.parametrize("path", ALL)
def test_an_answer_is_made_once_and_is_what_flask_answers(
    stranger: Program, engine: Engine, ids: dict[str, int], path: str
) -> None:
    path = path.format(**ids)
    made, again, flasks = stranger.get(path), stranger.get(path), stranger.get_unkept(path)

    assert is_kept(stranger, engine, path)
    assert (made.status_code, made.data) == (again.status_code, again.data) == (200, flasks.data)
    assert told(made) == told(again) == told(flasks)


def test_it_names_no_request(stranger: Program) -> None:
    """None of the log would be meant, as with kept pages. The date is that of the server; all others are there."""
    names = {name for name, _value in stranger.get_unkept("/posts").headers}

    assert names - {name for name, _value in stranger.get("/posts").headers} == {"X-Request-Id", "Date"}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("coding", ["zstd", "gzip", "identity"])
def test_in_each_coding_the_headers_are_those_of_flask_but_for_a_strong_tag(
    stranger: Program, ids: dict[str, int], method: str, coding: str
) -> None:
    path, headers = f"/posts/{ids['post']}", {"Accept-Encoding": coding}
    answer = stranger.ask(method, path, headers=headers)
    flasks = stranger.ask(method, path, headers=headers, base_url="http://127.0.0.1")

    assert told(answer, but=OF_ONE_ANSWER | {"ETag"}) == told(flasks, but=OF_ONE_ANSWER | {"ETag"})
    assert answer.data == flasks.data
    assert set(answer.headers["Vary"].split(", ")) == {"Accept-Encoding", "Accept-Language", "Authorization"}
    end = f"-{coding}" if coding != "identity" else ""
    assert answer.headers["ETag"] == flasks.headers["ETag"].removeprefix("W/")[:-1] + f'{end}"'


def test_small_answers_are_not_compressed_as_they_never_were(stranger: Program) -> None:
    answer = stranger.get("/posts?fields=id", headers={"Accept-Encoding": "zstd, br, gzip"})

    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("coding", ["zstd", "br", "gzip", "identity"])
def test_who_has_it_gets_the_news_that_nothing_changed(stranger: Program, ids: dict[str, int], coding: str) -> None:
    path, headers = f"/posts/{ids['post']}", {"Accept-Encoding": coding}
    tag = stranger.get(path, headers=headers).headers["ETag"]
    plain = stranger.get(path).headers["ETag"]

    again = stranger.get(path, headers=headers | {"If-None-Match": tag})
    flasks = stranger.get_unkept(path, headers={"If-None-Match": plain})

    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert told(again, but=OF_ONE_ANSWER | {"ETag"}) == told(flasks, but=OF_ONE_ANSWER | {"ETag"})


@pytest.mark.parametrize("coding", ["zstd", "gzip", "identity"])
def test_its_tag_is_good_for_changing_what_was_read(
    stranger: Program, of: Of, make: Make, ids: dict[str, int], coding: str
) -> None:
    path = f"/tags/{ids['tag']}"
    tag = stranger.get(path, headers={"Accept-Encoding": coding}).headers["ETag"]
    editor = of(make.editor())

    assert editor.patch(path, {"name": "Ocean"}, tag).status_code == 200
    assert editor.patch(path, {"name": "Pond"}, tag).status_code == 412
    assert stranger.get(path).json["name"] == "Ocean"


def test_the_same_version_with_another_text_has_another_tag(stranger: Program, ids: dict[str, int]) -> None:
    one, other = (stranger.get(f"/posts/{ids['post']}{end}").headers["ETag"] for end in ("", "?fields=id"))

    assert one != other
    assert one.partition("-")[0] == other.partition("-")[0]


def test_the_order_and_the_spelling_of_parameters_make_no_other_answer(stranger: Program, engine: Engine) -> None:
    first = stranger.get("/posts?limit=1&fields=id,title")
    other = "/posts?fields=%69d,title&limit=1"

    assert is_kept(stranger, engine, other)
    assert stranger.get(other).data == stranger.get_unkept(other).data == first.data
    assert stranger.get(other).headers["Link"] == stranger.get_unkept(other).headers["Link"] == first.headers["Link"]
    following = first.headers["Link"].partition(";")[0].strip("<>").removeprefix("/api/v1")
    assert stranger.get(following).json["items"] == stranger.get_unkept(following).json["items"] != []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/posts?colour=red", 422),
        ("/posts?limit=0", 422),
        ("/posts?limit=101", 422),
        ("/posts?cursor=none", 422),
        ("/posts?fields=password", 422),
        ("/posts?tag=", 422),
        ("/posts?view=desk", 401),
        ("/posts?status=draft", 422),
        ("/settings?view=desk", 401),
        ("/users?role=owner", 422),
        ("/media?trashed=true", 422),
        ("/posts?tag=%00", 400),
        ("/posts?tag=%ff", 400),
        ("/posts?tag=%EF%BF%BD", 400),
        ("/posts?limit=1&limit=1", 200),
        ("/posts?limit=1&limit=0", 200),
        ("/posts/999999", 404),
        ("/posts/99999999999999999999", 404),
        ("/posts/x", 404),
        ("/pages/{post}", 404),
        ("/posts/{post}/revisions", 401),
        ("/tokens/self", 401),
        ("/nothing", 404),
    ],
)
def test_what_is_refused_or_not_plain_is_flasks_answer_word_for_word(
    stranger: Program, ids: dict[str, int], path: str, status: int
) -> None:
    path, german = path.format(**ids), {"Accept-Language": "de"}
    answers = [stranger.get(path, headers=german) for _time in range(2)]
    flasks = stranger.get_unkept(path, headers=german)

    for answer in answers:
        assert (answer.status_code, answer.data, told(answer)) == (status, flasks.data, told(flasks))
        assert answer.headers["X-Request-Id"]
    assert ("RateLimit-Limit" in answers[0].headers) is (status != 400)


def test_the_document_and_the_keys_are_left_to_flask(stranger: Program) -> None:
    assert all(stranger.get(path).headers["X-Request-Id"] for path in ("/openapi.json", "/", "/jwks.json"))


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "copydesk=x; theme=dark"},
        {"Accept-Language": "ar"},
        {"Accept": "text/html"},
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "https"},
        {"X-Original-URL": "/admin/"},
        {"X-HTTP-Method-Override": "DELETE"},
        {"X-Request-Id": "evil"},
        {"Range": "bytes=0-3"},
        {"If-Modified-Since": "Sat, 01 Jan 2050 00:00:00 GMT"},
    ],
)
def test_no_header_poisons_or_splits_it(
    stranger: Program, engine: Engine, ids: dict[str, int], headers: dict[str, str]
) -> None:
    path = f"/posts/{ids['post']}"
    first = stranger.get(path, headers=headers)

    assert is_kept(stranger, engine, path)
    assert is_kept(stranger, engine, path, headers=headers)
    assert first.data == stranger.get(path).data == stranger.get_unkept(path).data
    assert "evil" not in str(first.headers)
    assert "Set-Cookie" not in first.headers


def test_another_host_is_refused_and_kept_for_nobody(stranger: Program, engine: Engine) -> None:
    assert stranger.get("/tags", base_url="http://evil.example").status_code == 400
    assert not is_kept(stranger, engine, "/tags")
    assert "evil" not in stranger.get("/tags").text


def test_who_sends_a_token_gets_their_own_answer_and_leaves_none(
    stranger: Program, of: Of, make: Make, engine: Engine, ids: dict[str, int]
) -> None:
    path = f"/posts/{ids['post']}"
    editor = of(make.editor())
    own, foreign = editor.get(path), stranger.get(path, headers={"Authorization": "Bearer cds_nobody"})

    assert (own.headers["Cache-Control"], own.headers["RateLimit-Limit"]) == ("no-store", "600")
    assert foreign.status_code == 401
    assert not is_kept(stranger, engine, path)
    assert stranger.get(path).headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not is_kept(editor, engine, path)
    assert stranger.get(path, headers={"Authorization": "Bearer cds_nobody"}).status_code == 401


def test_scripts_of_other_sites_are_told_so_each_time(stranger: Program) -> None:
    stranger.get("/posts")
    answer = stranger.get("/posts", headers={"Origin": "https://app.example"})

    assert "Origin" in answer.headers["Vary"]
    assert "Origin" not in stranger.get("/posts").headers["Vary"]
