"""Files as browsers fetch them."""

import io
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cms.media import actions
from cms.media.models import Media
from cms.media.paths import path_of
from cms.web import runtime
from tests.browser import Browser
from tests.factories import Make
from tests.media import files


@pytest.fixture
def stored(browser: Browser, session: Session, make: Make, now: object) -> object:
    """Puts a file into the library of the running application."""

    def store(file: io.BytesIO, name: str) -> Media:
        with browser.app.app_context():
            url = runtime().config.storage_url
        media = actions.add(session, actions.prepare(file, name, storage_url=url), by=make.author(), at=make.at)
        session.commit()
        return media

    return store


def fetch(browser: Browser, path: str, **options: object) -> TestResponse:
    """To the end, as a server does, so that the file is closed."""
    return browser.client.open(path, buffered=True, **options)


def test_an_image_is_served_as_what_it_is_and_may_do_nothing(browser: Browser, stored) -> None:
    media = stored(files.image(), "ferry.png")

    answer = fetch(browser, path_of(media))

    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert answer.content_length == len(answer.data) == media.bytes
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert answer.headers["Content-Disposition"] == "inline; filename=ferry.png"


def test_a_browser_keeps_a_file_for_ever_and_asks_without_a_cookie(browser: Browser, stored) -> None:
    media = stored(files.image(), "ferry.png")

    answer = fetch(browser, path_of(media))

    assert answer.cache_control.immutable
    assert answer.cache_control.public
    assert answer.cache_control.max_age >= 31_536_000
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    again = fetch(browser, path_of(media), headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_document_is_a_download(browser: Browser, stored) -> None:
    media = stored(io.BytesIO(files.SOUNDS_AND_FILMS["application/pdf"]), "Tide tables.pdf")

    answer = fetch(browser, path_of(media))

    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename=tide-tables.pdf"


@pytest.mark.parametrize(
    ("asked", "status", "given"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=9999999-", 416, None),
        ("bytes=0-1,4-5", 416, None),
    ],
)
def test_a_player_fetches_the_part_it_needs(
    browser: Browser, stored, asked: str, status: int, given: slice | None
) -> None:
    whole = files.mp3().getvalue()
    media = stored(files.mp3(), "fog.mp3")

    answer = fetch(browser, path_of(media), headers={"Range": asked})

    assert answer.status_code == status
    if given is not None:
        assert answer.data == whole[given]
        assert answer.content_length == len(answer.data)
    if status == 206:
        assert answer.headers["Content-Range"].endswith(f"/{len(whole)}")


def test_head_answers_without_the_bytes(browser: Browser, stored) -> None:
    media = stored(files.image(), "ferry.png")

    answer = fetch(browser, path_of(media), method="HEAD")

    assert (answer.status_code, answer.data, answer.content_length) == (200, b"", media.bytes)


def test_only_the_whole_address_leads_to_a_file(browser: Browser, stored) -> None:
    media = stored(files.image(), "ferry.png")
    short = media.digest[:16]

    for path in (
        f"/media/{media.id}/{'0' * 16}/ferry.png",
        f"/media/{media.id}/{short}/other.png",
        f"/media/{media.id}/{short[:15]}/ferry.png",
        f"/media/{media.id}/{media.digest}/ferry.png",
        f"/media/{media.id + 1}/{short}/ferry.png",
        f"/media/99999999999999999999/{short}/ferry.png",
        f"/media/{media.id}/../../../../etc/passwd",
        f"/media/{media.id}/..%2f..%2fetc/passwd",
        f"/media/{media.id}/{short}/",
    ):
        assert fetch(browser, path).status_code == 404, path


def test_a_file_in_the_trash_is_gone_until_it_is_restored(
    browser: Browser, stored, session: Session, make: Make
) -> None:
    media = stored(files.image(), "ferry.png")

    actions.trash(session, media, by=make.editor(), at=make.at)
    session.commit()
    assert fetch(browser, path_of(media)).status_code == 404

    actions.restore(session, media, by=make.editor(), at=make.at)
    session.commit()
    assert fetch(browser, path_of(media)).status_code == 200


def test_a_row_whose_file_was_lost_is_not_found(browser: Browser, session: Session, make: Make) -> None:
    media = make.media()
    session.commit()

    assert fetch(browser, path_of(media)).status_code == 404


def test_what_is_served_is_what_lies_in_the_storage(browser: Browser, stored) -> None:
    media = stored(files.image("JPEG"), "ferry.jpeg")

    with browser.app.app_context():
        folder = Path(runtime().config.storage_url.removeprefix("file://"))
    assert fetch(browser, path_of(media)).data == (folder / media.digest[:2] / media.digest).read_bytes()
