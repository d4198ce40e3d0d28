"""What somebody typed and did not save: kept for them alone, offered when they come back, gone once it is saved."""

import re

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.models import Event
from cms.posts.lifecycle import PostMove
from cms.posts.models import Post, Revision
from cms.workspace.models import UnsavedText
from cms.workspace.unsaved import MOST_BYTES
from tests.admin.posts import edited, only_post
from tests.admin.unsaved import KEEP_NEW, NEW, NOTICE, editor_of, keeps, kept, opened, typed_at
from tests.browser import Browser
from tests.conftest import NOON
from tests.factories import Make
from tests.forms import untouched


def test_what_is_typed_is_one_row_however_often_and_neither_a_version_nor_an_act(
    desk: Browser, session: Session, post: Post
) -> None:
    counts = select(select(func.count(Revision.id)).scalar_subquery(), select(func.count(Event.id)).scalar_subquery())
    before = session.execute(counts).one()
    session.commit()
    form = opened(desk, editor_of(post), title="High water")

    answers = [desk.post(keeps(post), form | {"body": "The ferry floats" + "." * count}) for count in range(3)]

    assert re.fullmatch(r"Kept \d\d:\d\d", answers[-1].get_json()["words"])
    (row,) = kept(session)
    assert (row.fields["title"], row.fields["body"], row.base_version) == (["High water"], ["The ferry floats.."], 1)
    assert session.execute(counts).one() == before
    session.commit()
    assert only_post(session).title == "Low water"


def test_only_the_fields_of_the_form_are_kept_and_markup_is_shown_as_text(
    desk: Browser, session: Session, post: Post
) -> None:
    typed_at(desk, post, title="<script>alert(1)</script>", status="published", move="publish", version_of="x")

    (row,) = kept(session)
    assert row.fields.keys().isdisjoint({"status", "move", "version_of", "version", "base", "csrf_token", "sitting"})
    page = desk.get(f"{editor_of(post)}&unsaved=1").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_whoever_comes_back_is_told_goes_on_and_saves(desk: Browser, session: Session, post: Post) -> None:
    typed_at(desk, post, body="The ferry floats.", noindex=["", "1"], tags="Sea, Ships")

    page = desk.get(editor_of(post)).text
    assert NOTICE in page
    assert "It differs in: " in page
    assert "The ferry lies dry." in page
    form = opened(desk, f"{editor_of(post)}&unsaved=1")
    assert (form["body"], form["tags"], form["noindex"]) == (["The ferry floats."], ["Sea, Ships"], ["", "1"])

    assert desk.post(f"{editor_of(post)}&unsaved=1", form).status_code == 302
    assert kept(session) == []
    saved = only_post(session)
    assert (saved.body, saved.noindex, len(saved.tags)) == ("The ferry floats.", True, 2)
    assert NOTICE not in desk.get(editor_of(post)).text


def test_a_new_text_is_kept_found_again_and_gone_once_it_is_saved(desk: Browser, session: Session) -> None:
    form = opened(desk, NEW, title="Ebb", body="It goes.")
    assert desk.post(KEEP_NEW, form).status_code == 200
    assert NOTICE not in desk.get("/admin/pages/new/").text

    assert NOTICE in desk.get(NEW).text
    going_on = opened(desk, f"{NEW}?unsaved=1")
    assert (going_on["title"], going_on["body"]) == (["Ebb"], ["It goes."])
    desk.post(NEW, going_on | {"move": "publish"})

    assert kept(session) == []
    assert only_post(session).title == "Ebb"


def test_the_words_that_are_counted_are_those_in_the_form(desk: Browser, post: Post) -> None:
    def counted(page: str) -> list[str]:
        return re.findall(r"<span data-words=[^>]*>([^<]*)<", page)

    assert counted(desk.get(editor_of(post)).text) == ["4 words"]
    form = typed_at(desk, post, body="The ferry floats, at last.", title="")

    assert counted(desk.get(editor_of(post)).text) == ["4 words"]
    assert counted(desk.get(f"{editor_of(post)}&unsaved=1").text) == ["5 words"]
    assert counted(desk.post(editor_of(post), form).text) == ["5 words"]
    assert counted(desk.post(NEW, {"title": "", "body": "Ebb."}).text) == ["1 word"]
    assert counted(desk.get(NEW).text) == ["0 words"]


def test_a_page_and_a_post_that_are_new_are_kept_side_by_side(desk: Browser, session: Session) -> None:
    for area in ("posts", "pages"):
        form = opened(desk, f"/admin/{area}/new/", title=f"One of the {area}")
        assert desk.post(f"/admin/{area}/unsaved/", form).status_code == 200

    assert [(row.kind, row.post_id) for row in kept(session)] == [("post", None), ("page", None)]


def test_what_equals_what_is_saved_is_let_go_without_a_word(desk: Browser, session: Session, post: Post) -> None:
    form = typed_at(desk, post, title="High water")

    answer = desk.post(keeps(post), form | {"title": "Low water", "body": "The ferry lies dry.\r\n"})

    assert answer.get_json() == {"words": ""}
    assert kept(session) == []
    assert desk.post(KEEP_NEW, opened(desk, NEW)).get_json() == {"words": ""}


def test_a_text_that_somebody_else_saved_alike_is_not_told_of_and_makes_way(
    desk: Browser, session: Session, make: Make, post: Post
) -> None:
    typed_at(desk, post, title="High water")
    colleague = make.editor()
    session.commit()
    Browser(desk.app).sign_in(colleague).post(editor_of(post), edited(post, title="High water"))

    form = opened(desk, editor_of(post), title="Higher water")

    assert NOTICE not in desk.get(editor_of(post)).text
    assert desk.post(keeps(post), form).status_code == 200
    assert [row.fields["title"] for row in kept(session)] == [["Higher water"]]


def test_going_on_over_what_somebody_else_saved_leads_to_both_texts(
    desk: Browser, session: Session, make: Make, post: Post
) -> None:
    typed_at(desk, post, body="The ferry floats.")
    colleague = make.editor()
    session.commit()
    Browser(desk.app).sign_in(colleague).post(editor_of(post), edited(post, body="The ferry is gone."))
    assert "It was saved since" in desk.get(editor_of(post)).text

    conflict = desk.post(editor_of(post), opened(desk, f"{editor_of(post)}&unsaved=1"))

    assert conflict.status_code == 409
    assert "Somebody saved while you were writing" in conflict.text
    assert len(kept(session)) == 1
    chosen = untouched(conflict.text) | {"choice-body": "mine"}
    assert desk.post(editor_of(post), chosen).status_code == 302
    assert only_post(session).body == "The ferry floats."
    assert kept(session) == []


def test_it_is_discarded_by_a_button(desk: Browser, session: Session, post: Post) -> None:
    form = typed_at(desk, post, title="High water")
    assert f'action="/admin/posts/{post.id}/unsaved/discard/"' in desk.get(editor_of(post)).text

    done = desk.post(f"/admin/posts/{post.id}/unsaved/discard/", {"sitting": form["sitting"]})

    assert (done.status_code, done.location) == (303, editor_of(post))
    assert kept(session) == []
    assert "What you had typed was discarded." in desk.get(editor_of(post)).text


def test_two_windows_of_one_person_do_not_overwrite_each_other(desk: Browser, session: Session, post: Post) -> None:
    first, second = (opened(desk, editor_of(post), title=title) for title in ("First", "Second"))
    assert desk.post(keeps(post), first).status_code == 200

    refused = desk.post(keeps(post), second)

    assert refused.status_code == 409
    assert refused.get_json()["words"].startswith("Not kept: another unsaved text of yours")
    desk.post(editor_of(post), second)
    assert [row.fields["title"] for row in kept(session)] == [["First"]]


def test_a_quick_edit_and_a_save_that_is_refused_leave_it(desk: Browser, session: Session, post: Post) -> None:
    form = typed_at(desk, post, body="The ferry floats.")

    refused = desk.post(editor_of(post), form | {"title": ""})
    assert refused.status_code == 422
    assert NOTICE not in refused.text
    assert untouched(refused.text)["sitting"] == form["sitting"]
    desk.post(editor_of(post), edited(post, title="Quickly"))

    assert only_post(session).title == "Quickly"
    assert len(kept(session)) == 1


def test_what_is_too_long_is_refused_in_words(desk: Browser, session: Session, post: Post) -> None:
    form = opened(desk, editor_of(post), body="é" * (MOST_BYTES // 2))

    answer = desk.post(keeps(post), form)

    assert answer.status_code == 413
    assert answer.get_json() == {"words": "Not kept: this is too long. Save it."}
    assert kept(session) == []


@pytest.mark.parametrize("sitting", ["", "x" * 40, "../../etc", "<b>"])
def test_a_form_without_a_sitting_of_ours_is_refused(desk: Browser, session: Session, post: Post, sitting: str) -> None:
    form = opened(desk, editor_of(post), title="High water", sitting=sitting)

    assert desk.post(keeps(post), form).status_code == 422
    assert kept(session) == []


def test_times_and_words_are_those_of_the_writer(
    desk: Browser, session: Session, make: Make, writer: User, post: Post
) -> None:
    form = typed_at(desk, post, title="High water")
    writer.timezone, writer.locale = "Asia/Tokyo", "de"
    session.execute(update(UnsavedText).values(updated_at=NOON))
    session.commit()

    assert "am 2. März 2026 um 21:00 etwas geschrieben" in desk.get(editor_of(post)).text
    assert desk.post(keeps(post), form).get_json()["words"].startswith("Aufbewahrt ")


def test_after_a_sign_in_that_ended_it_is_found_again(
    desk: Browser, session: Session, writer: User, post: Post
) -> None:
    form = typed_at(desk, post, title="High water")
    desk.sign_out()

    refused = desk.post(keeps(post), form | {"title": "Higher water"})
    assert (refused.status_code, refused.is_json) == (401, False)
    assert desk.get(editor_of(post)).location.startswith("/login?next=")

    assert NOTICE in desk.sign_in(writer).get(editor_of(post)).text
    assert [row.fields["title"] for row in kept(session)] == [["High water"]]


def test_it_goes_with_the_person_who_is_erased(
    desk: Browser, session: Session, make: Make, writer: User, post: Post
) -> None:
    typed_at(desk, post, title="High water")
    desk.post(KEEP_NEW, opened(desk, NEW, title="Ebb"))
    owner = make.owner()
    session.commit()
    erased = (
        Browser(desk.app)
        .sign_in(owner)
        .post(f"/admin/users/delete/?id={writer.id}", {"outcome": "anonymise", "confirmed": "1"})
    )

    assert erased.status_code == 302
    assert kept(session) == []


def test_a_text_of_a_post_in_the_trash_waits_for_it(desk: Browser, session: Session, post: Post) -> None:
    typed_at(desk, post, title="High water")

    desk.post(f"/admin/posts/{post.id}/{PostMove.TRASH}")
    desk.post(f"/admin/posts/{post.id}/{PostMove.RESTORE}")

    assert NOTICE in desk.get(editor_of(post)).text
