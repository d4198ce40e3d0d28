"""Files come into the library: described at once, and refused by name."""

import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from cms.audit.models import Event
from cms.media import folders
from cms.media.models import Media
from cms.media.paths import path_of
from cms.media.renditions import thumb_of
from cms.settings.models import SettingValue
from tests.admin.media import count, upload
from tests.forms import untouched
from tests.media import files


def test_a_contributor_uploads_an_image_with_its_words(browser, session, make):
    contributor = make.contributor()
    session.commit()

    answer = upload(browser.sign_in(contributor), (files.image(), "Night ferry.png"), alt="A ferry at night")

    assert (answer.status_code, answer.location) == (302, "/admin/media/")
    media = session.scalars(select(Media)).one()
    assert (media.title, media.alt, media.uploaded_by_id) == ("Night ferry", "A ferry at night", contributor.id)
    assert session.scalars(select(Event.verb).where(Event.subject_type == "media")).all() == ["media.add"]
    session.rollback()
    assert '<img class="cell cell-0"' in browser.get("/admin/media/").text
    assert browser.client.get(path_of(media), buffered=True).status_code == 200


def test_an_image_without_words_is_asked_for_them_at_once(browser, session, make):
    author = make.author()
    session.commit()

    answer = upload(
        browser.sign_in(author),
        (files.image(), "one.png"),
        (files.image(size=(8, 8)), "two.png"),
        (files.mp3(), "fog.mp3"),
        alt="for one only",
    )

    first, second, sound = session.scalars(select(Media).order_by(Media.id)).all()
    session.commit()
    assert answer.location == f"/admin/media/describe/?id={first.id}&id={second.id}"
    assert (first.alt, sound.alt) == ("", "")
    asked = browser.get(answer.location).text
    assert f'name="alt-{first.id}"' in asked
    assert f'name="decorative-{second.id}"' in asked

    saved = browser.post(answer.location, {f"alt-{first.id}": "The quay", f"decorative-{second.id}": "1"})

    assert saved.status_code == 302
    session.expire_all()
    assert (first.alt, second.decorative, first.needs_alt or second.needs_alt) == ("The quay", True, False)


def test_words_that_cannot_be_kept_come_back_and_do_not_cost_the_others(browser, session, make):
    author = make.author()
    first, second = (make.media(uploaded_by_id=author.id) for _ in range(2))
    session.commit()
    address = f"/admin/media/describe/?id={first.id}&id={second.id}"

    answer = browser.sign_in(author).post(address, {f"alt-{first.id}": "x" * 501, f"alt-{second.id}": "Kept"})

    assert answer.status_code == 422
    assert "x" * 501 in answer.text
    assert f'id="alt-{first.id}-error"' in answer.text
    session.expire_all()
    assert (first.alt, second.alt) == ("", "Kept")


def test_each_refused_file_is_named_with_its_reason(browser, session, make):
    author = make.author()
    session.commit()

    answer = upload(
        browser.sign_in(author),
        (files.image(), "good.png"),
        (io.BytesIO(b"<svg/>"), "evil<b>.svg"),
        (io.BytesIO(b""), "empty.png"),
        alt="Good",
    )

    assert answer.status_code == 302
    assert count(session) == 1
    page = browser.get(answer.location).text
    assert "evil&lt;b&gt;.svg: Files of this type are not taken" in page
    assert "empty.png: This file is empty" in page
    assert "1 file is in the library" in page


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ([], 422, "Choose at least one file"),
        ([(b"<html>", "page.jpg")], 422, "This is not an image, whatever its name says"),
        ([(b"x" * (2 * 1024 * 1024), "large.mp3")], 413, "larger than 1 MB"),
        ([(b"x", "a.png")] * 11, 422, "At most 10 files"),
    ],
)
def test_what_cannot_be_taken_leaves_nothing_and_says_why(browser, session, make, now, sent, status, sentence):
    author = make.author()
    session.add(SettingValue(key="upload_megabytes", value=1, updated_at=now))
    session.commit()

    answer = upload(browser.sign_in(author), *((io.BytesIO(content), name) for content, name in sent), alt="typed")

    assert answer.status_code == status
    assert sentence in answer.text
    assert 'id="file-error"' in answer.text
    assert 'value="typed"' in answer.text
    assert count(session) == 0


@pytest.mark.parametrize("alt", ["x" * 501, "two\nlines", "bell\x07"])
def test_words_that_cannot_be_kept_stop_the_upload_before_anything_is_stored(browser, session, make, alt):
    author = make.author()
    session.commit()

    answer = upload(browser.sign_in(author), (files.image(), "one.png"), alt=alt)

    assert answer.status_code == 422
    assert 'id="alt-error"' in answer.text
    assert count(session) == 0
    assert list((Path(browser.app.instance_path) / "media").rglob("*")) == []


def test_a_body_far_above_the_limit_is_not_even_read(browser, session, make, now):
    author = make.author()
    session.add(SettingValue(key="upload_megabytes", value=1, updated_at=now))
    session.commit()

    answer = browser.sign_in(author).client.post(
        "/admin/media/new/",
        input_stream=io.BytesIO(),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(12 * 1024 * 1024)},
    )

    assert answer.status_code == 413


def test_the_same_file_again_is_said_to_be_there(browser, session, make):
    author = make.author()
    session.commit()
    upload(browser.sign_in(author), (files.image(), "one.png"), alt="One")

    answer = upload(browser, (files.image(), "again.png"), alt="Two")

    assert "is in the library already" in browser.get(answer.location).text
    assert count(session) == 1


def test_what_was_ticked_comes_back_with_the_words_that_were_refused(browser, session, make):
    author = make.author()
    ticked, unticked = make.media(uploaded_by_id=author.id), make.media(uploaded_by_id=author.id, decorative=True)
    session.commit()
    words = {f"title-{media.id}": "x" * 5000 for media in (ticked, unticked)}

    address = f"/admin/media/describe/?id={ticked.id}&id={unticked.id}"
    answer = browser.sign_in(author).post(address, words | {f"decorative-{ticked.id}": "1"})

    assert answer.status_code == 422
    sent = untouched(answer.text)
    assert f"decorative-{ticked.id}" in sent
    assert f"decorative-{unticked.id}" not in sent


def sent_by_script(browser: Any, content: io.BytesIO, name: str, **words: str) -> Any:
    file = FileStorage(content, name, content_type="application/octet-stream")
    boundary, body = encode_multipart({"csrf_token": browser.token(), "file": file} | words)
    return browser.client.post(
        "/admin/media/new/",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"Accept": "application/json"},
        buffered=True,
    )


def test_script_sends_one_file_and_learns_what_became_of_it(browser, session, make):
    author = make.author()
    folder = folders.create(session, "Boats", None, by=author, at=make.at)
    session.commit()
    browser.sign_in(author)

    first = sent_by_script(browser, files.image(), "Night ferry.png", folder=str(folder.id))
    again = sent_by_script(browser, files.image(), "again.png")

    media = session.scalars(select(Media)).one()
    assert (first.status_code, again.status_code) == (201, 201)
    told = {"id": media.id, "title": "Night ferry", "alt": "", "path": path_of(media), "thumb": thumb_of(media)}
    assert first.json == told | {"known": False, "asks": True}
    assert again.json["known"]
    assert media.folder_id == folder.id


def test_script_is_told_why_a_file_is_not_taken(browser, session, make):
    author = make.author()
    session.commit()
    browser.sign_in(author)

    evil = sent_by_script(browser, io.BytesIO(b"<svg/>"), "evil.svg")
    large = sent_by_script(browser, io.BytesIO(b"x" * (17 * 1024 * 1024)), "large.mp3")
    long = sent_by_script(browser, files.image(), "one.png", alt="x" * 501)

    assert (evil.status_code, large.status_code, long.status_code) == (422, 413, 422)
    assert "Files of this type are not taken" in evil.json["error"]["message"]
    assert "larger than 16 MB" in large.json["error"]["message"]
    assert long.json["error"]["fields"].keys() == {"alt"}
    assert count(session) == 0


def test_an_image_stays_asked_for_until_it_is_described_or_decoration(browser, session, make):
    author = make.author()
    media = make.media(uploaded_by_id=author.id)
    session.commit()

    answer = browser.sign_in(author).post(f"/admin/media/describe/?id={media.id}", {f"title-{media.id}": "Quay"})

    assert answer.status_code == 422
    assert f'id="alt-{media.id}-error"' in answer.text
    session.refresh(media)
    assert media.title == "Quay"
