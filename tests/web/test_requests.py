"""What may be sent at all: little by visitors, files only by those who may add some, and no form without end."""

import resource
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.formparser import FormDataParser

from tests.browser import Browser
from tests.factories import Make
from tests.listening import listen

MEGABYTE = 1024 * 1024
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


def part(name: str, content: bytes) -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name.encode(), content)


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("place", ["/login", "/posts/it/comments", "/admin/media/new/", "/account/picture"])
def test_a_visitor_may_send_one_megabyte_and_no_more(browser: Browser, place: str, method: str) -> None:
    for kind, body in (
        (URLENCODED, b"a=" + b"b" * MEGABYTE),
        (MULTIPART, part("file", b"b" * MEGABYTE) + b"--x--\r\n"),
    ):
        answer = browser.client.open(place, method=method, data=body, content_type=kind)
        if method == "POST" or kind == URLENCODED:
            assert answer.status_code == 413


def test_somebody_without_a_role_is_a_visitor_and_a_writer_is_none(
    browser: Browser, session: Session, make: Make
) -> None:
    member, author = make.user(), make.author()
    session.commit()
    text = {"title": "It", "body": "word " * 210_000}

    assert browser.sign_in(member).post("/account", text).status_code == 413
    browser.sign_out()
    answer = browser.sign_in(author).post("/admin/posts/new/", text)
    assert answer.status_code == 422
    assert "1000000" in answer.text or "1,000,000" in answer.text


def test_a_member_may_send_a_picture_as_large_as_the_site_takes(browser: Browser, session: Session, make: Make) -> None:
    member = make.user()
    session.commit()
    noise = BytesIO()
    Image.effect_noise((2400, 2400), 200).save(noise, "PNG", compress_level=0)
    browser.sign_in(member)
    image = noise.getvalue()
    assert len(image) > 4 * MEGABYTE

    file = part('avatar"; filename="me.png', image)
    body = part("csrf_token", browser.token().encode()) + file + b"--x--\r\n"
    assert browser.client.post("/account/picture", data=body, content_type=MULTIPART).status_code == 302


@pytest.mark.parametrize("place", ["/login", "/subscribe", "/api/v1/media"])
@pytest.mark.parametrize("said", [b": form-data", b': form-data; filename="a.png"', b""])
def test_a_part_of_a_form_without_a_name_is_malformed(browser: Browser, place: str, said: bytes) -> None:
    body = b"--x\r\nContent-Disposition%b\r\n\r\nhello\r\n--x--\r\n" % said

    assert browser.client.post(place, data=body, content_type=MULTIPART).status_code == 400


def test_a_form_in_one_piece_is_no_upload(browser: Browser, session: Session, make: Make) -> None:
    """It would be kept in memory, however large a file may be."""
    editor = make.editor()
    session.commit()
    browser.sign_in(editor)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    answer = browser.client.post("/admin/media/new/", data=b"a=" + b"b" * (60 * MEGABYTE), content_type=URLENCODED)

    assert answer.status_code == 413
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def test_a_form_of_a_million_fields_is_refused_before_it_is_read(
    browser: Browser, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = make.editor()
    session.commit()
    browser.sign_in(editor)
    read: list[str] = []
    listen(monkeypatch, FormDataParser, "_parse_urlencoded", lambda *_given, **_options: read.append("a form"))

    browser.client.post("/admin/posts/new/", data=b"a=b", content_type=URLENCODED)
    assert read
    read.clear()
    for flood in (b"a&" * 3_000_000, b"=&" * 3_000_000):
        assert browser.client.post("/admin/posts/new/", data=flood, content_type=URLENCODED).status_code == 413
    assert not read
