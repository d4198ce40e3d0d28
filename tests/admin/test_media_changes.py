"""The bytes of a file through the back office: replaced, cut, turned, brought back; and the folders files lie in."""

import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from cms.admin import forms
from cms.media import folders
from cms.media.models import Media, MediaFolder, MediaVersion
from cms.media.paths import path_of
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Post
from tests.admin.media import send
from tests.counting import counted
from tests.media import files


def test_a_file_is_replaced_in_place_and_old_addresses_lead_to_it(browser, session, make, stored):
    editor, media = make.editor(), stored()
    old = path_of(media)
    make.post(slug="ferry", status=PUBLISHED, body=f"![A ferry]({old})")
    session.commit()
    browser.sign_in(editor)

    answer = send(browser, media, files.image("JPEG", size=(300, 200)), "better.jpg")

    assert (answer.status_code, answer.location) == (303, f"/admin/media/edit/?id={media.id}")
    session.refresh(media)
    assert (media.width, media.filename) == (300, "ferry.jpg")
    moved = browser.get(old)
    assert (moved.status_code, moved.location) == (302, path_of(media))
    assert "immutable" not in moved.headers["Cache-Control"]
    page = browser.get("/posts/ferry").text
    assert re.search(f'src="{path_of(media)}" alt="A ferry"[^>]* width="300" height="200"', page)
    assert old not in page
    assert browser.get(f"{old.rsplit('/', 1)[0]}/w320/ferry.webp").location == path_of(media)


def test_a_part_is_cut_out_turned_and_brought_back(browser, session, make, stored):
    editor, media = make.editor(), stored()
    browser.sign_in(editor)

    cut = browser.post(f"/admin/media/{media.id}/crop", {"left": "50", "top": "0", "width": "50", "height": "60"})
    turned = browser.post(f"/admin/media/{media.id}/turn", {"degrees": "90"})

    assert (cut.status_code, turned.status_code) == (303, 303)
    session.refresh(media)
    assert (media.width, media.height) == (60, 50)
    page = browser.get(f"/admin/media/edit/?id={media.id}").text
    first, _second = session.scalars(select(MediaVersion).order_by(MediaVersion.id)).all()
    assert f"/admin/media/{media.id}/version/{first.id}" in page
    looked = browser.get(f"/admin/media/{media.id}/version/{first.id}")
    assert Image.open(io.BytesIO(looked.data)).size == (100, 60)
    assert "sandbox" in looked.headers["Content-Security-Policy"]
    assert looked.headers["Cache-Control"] == "no-store"
    session.commit()
    assert browser.post(f"/admin/media/{media.id}/version", {"version": str(first.id)}).status_code == 303
    session.refresh(media)
    assert (media.width, media.height) == (100, 60)


@pytest.mark.parametrize(
    ("address", "sent", "fields"),
    [
        ("crop", {}, ["left", "top", "width", "height"]),
        ("crop", {"left": "x", "top": "0", "width": "50", "height": "60"}, ["left"]),
        ("crop", {"left": "0", "top": "0", "width": "999999", "height": "60"}, ["width"]),
        ("crop", {"left": "0", "top": "0", "width": "9999999", "height": "60"}, ["width"]),
        ("turn", {"degrees": "45"}, ["degrees"]),
        ("turn", {"degrees": ""}, ["degrees"]),
        ("replace", {}, ["file"]),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(browser, session, make, stored, address, sent, fields):
    editor, media = make.editor(), stored()
    digest = media.digest

    answer = browser.sign_in(editor).post(f"/admin/media/{media.id}/{address}", sent)

    assert answer.status_code == 422
    assert all(f'id="{field}-error"' in answer.text for field in fields)
    session.refresh(media)
    assert media.digest == digest


def test_another_kind_of_file_or_one_too_large_does_not_replace(browser, session, make, stored):
    editor, media = make.editor(), stored()
    browser.sign_in(editor)

    assert send(browser, media, files.mp3(), "fog.mp3").status_code == 422
    assert send(browser, media, io.BytesIO(b"<svg/>"), "evil.png").status_code == 422
    assert send(browser, media, io.BytesIO(b"x" * (17 * 1024 * 1024)), "large.png").status_code == 413
    assert session.scalars(select(MediaVersion)).all() == []


def test_who_may_not_change_a_file_changes_no_byte_of_it(browser, session, make, stored):
    author, media, mine = make.author(), stored(), None
    mine = stored(by=author, size=(90, 50))
    version = MediaVersion(
        media_id=media.id,
        digest="0" * 64,
        filename="x.png",
        mime="image/png",
        bytes=1,
        focal_x=0.5,
        focal_y=0.5,
        replaced_at=make.at,
    )
    session.add(version)
    session.commit()
    browser.sign_in(author)

    for address, sent in (
        ("crop", {}),
        ("turn", {"degrees": "90"}),
        ("replace", {}),
        ("version", {"version": version.id}),
    ):
        assert browser.post(f"/admin/media/{media.id}/{address}", sent).status_code == 403, address
    assert browser.post(f"/admin/media/{mine.id}/turn", {"degrees": "90"}).status_code == 303
    assert browser.post(f"/admin/media/{mine.id}/version", {"version": version.id}).status_code == 404
    assert browser.get(f"/admin/media/{mine.id}/version/{version.id}").status_code == 404


def test_a_file_whose_bytes_are_lost_says_so(browser, session, make):
    editor, media = make.editor(), make.media()
    session.commit()

    assert browser.sign_in(editor).post(f"/admin/media/{media.id}/turn", {"degrees": "90"}).status_code == 404


def test_folders_are_made_renamed_filled_and_taken_away(browser, session, make):
    editor, media = make.editor(), make.media(title="Ferry")
    session.commit()
    browser.sign_in(editor)

    assert browser.post("/admin/media/folders/", {"do": "create", "name": "Boats"}).status_code == 303
    boats = session.scalars(select(MediaFolder)).one()
    session.commit()
    sent = {"do": "create", "name": "Ferries", "parent": str(boats.id)}
    assert browser.post("/admin/media/folders/", sent).status_code == 303
    ferries = session.scalars(select(MediaFolder).where(MediaFolder.parent_id == boats.id)).one()
    session.commit()
    assert "/Boats/Ferries" in browser.get("/admin/media/folders/").text
    moved = browser.post("/admin/media/action/", {"action": "move", "rowid": media.id, "folder": "/boats/ferries"})
    assert moved.status_code == 303
    session.refresh(media)
    assert media.folder_id == ferries.id
    session.commit()
    here = browser.get(f"/admin/media/?folder={ferries.id}").text
    assert ">Ferry</a>" in here
    assert f'href="/admin/media/?folder={boats.id}"' in here
    assert ">Ferry</a>" not in browser.get(f"/admin/media/?folder={boats.id}").text
    assert ">Ferry</a>" not in browser.get("/admin/media/?folder=none").text

    full = browser.post("/admin/media/folders/", {"do": "delete", "id": str(ferries.id)})
    assert (full.status_code, "is not empty" in full.text) == (409, True)
    renamed = {"do": "change", "id": str(ferries.id), "name": "Old ferries", "parent": ""}
    assert browser.post("/admin/media/folders/", renamed).status_code == 303
    session.refresh(ferries)
    assert (ferries.name, ferries.parent_id) == ("Old ferries", None)
    session.commit()
    browser.post("/admin/media/action/", {"action": "move", "rowid": media.id, "folder": "/"})
    assert browser.post("/admin/media/folders/", {"do": "delete", "id": str(ferries.id)}).status_code == 303


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 404),
        ({"do": "create", "name": ""}, 422),
        ({"do": "create", "name": "BOATS"}, 422),
        ({"do": "create", "name": "New", "parent": "999"}, 404),
        ({"do": "create", "name": "New", "parent": "nonsense"}, 404),
        ({"do": "delete", "id": "9" * 40}, 404),
        ({"do": "change", "id": "x", "name": "y"}, 404),
    ],
)
def test_nonsense_changes_no_folder(browser, session, make, sent, status):
    editor = make.editor()
    folders.create(session, "Boats", None, by=editor, at=make.at)
    session.commit()

    answer = browser.sign_in(editor).post("/admin/media/folders/", sent)

    assert answer.status_code == status
    assert session.scalars(select(MediaFolder.name)).all() == ["Boats"]


def test_a_folder_that_is_not_there_leaves_the_file_where_it_is(browser, session, make):
    editor, media = make.editor(), make.media()
    session.commit()
    browser.sign_in(editor)

    moved = browser.post("/admin/media/action/", {"action": "move", "rowid": media.id, "folder": "/Nowhere"})

    page = browser.get(moved.location).text
    assert "1 skipped" in page
    assert "There is no folder" in page


def test_the_library_is_laid_out_as_each_person_wants_it(browser, session, make):
    editor = make.editor()
    make.media(title="Ferry")
    session.commit()
    browser.sign_in(editor)
    assert '<ul class="files">' in browser.get("/admin/media/").text

    chosen = browser.get("/admin/media/?layout=list&kind=image")

    assert (chosen.status_code, chosen.location) == (302, "/admin/media/?kind=image")
    page = browser.get("/admin/media/").text
    assert '<ul class="files">' not in page
    assert '<table class="table">' in page
    assert '<img class="cell cell-0"' in page
    browser.get("/admin/media/?layout=grid")
    assert '<ul class="files">' in browser.get("/admin/media/").text


def test_unused_files_are_found_without_reading_a_text(browser, session, make, engine):
    editor = make.editor()
    make.media(title="Lonely")
    shown, featured = make.media(title="Shown"), make.media(title="Featured")
    make.post(body=f"![x]({path_of(shown)})", featured_media_id=featured.id)
    session.commit()
    browser.sign_in(editor)

    with counted(engine) as statements:
        unused = browser.get("/admin/media/?used=no").text

    assert [title for title in ("Lonely", "Shown", "Featured") if f">{title}</a>" in unused] == ["Lonely"]
    used = browser.get("/admin/media/?used=yes").text
    assert [title for title in ("Lonely", "Shown", "Featured") if f">{title}</a>" in used] == ["Shown", "Featured"]
    assert not [statement for statement in statements if "posts.body" in statement]


def test_where_a_file_is_used_costs_the_same_however_often_it_is(browser, session, make, engine):
    editor, once, often = make.editor(), make.media(), make.media()
    make.post(featured_media_id=once.id)
    for _ in range(12):
        make.post(status=PUBLISHED, featured_media_id=often.id, body=f"![x]({path_of(often)})")
    session.commit()
    browser.sign_in(editor)
    browser.get(f"/admin/media/details/?id={once.id}")

    with counted(engine) as few:
        browser.get(f"/admin/media/details/?id={once.id}")
    with counted(engine) as many:
        browser.get(f"/admin/media/details/?id={often.id}")

    assert len(many) == len(few)
    assert not [statement for statement in many if "body LIKE" in statement or "body_html LIKE" in statement]


def test_an_image_that_was_looked_up_is_taken_however_old_it_is(browser, session, make, monkeypatch):
    monkeypatch.setattr(forms, "MOST_CHOICES", 1)
    editor, old, gone = make.editor(), make.media(title="Old"), make.media(trashed_at=make.at)
    make.media(title="New")
    session.commit()
    browser.sign_in(editor)

    def sent(media: Media) -> int:
        return browser.post("/admin/posts/new/", {"title": "A", "featured_media_id": str(media.id)}).status_code

    assert (sent(old), sent(gone)) == (302, 422)
    assert session.scalars(select(Post.featured_media_id)).all() == [old.id]
