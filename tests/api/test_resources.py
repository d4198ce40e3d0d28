"""Tags, comments, people, settings and versions: what is public of each, and what a token changes."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.comments.lifecycle import CommentStatus
from cms.core.permissions import Permission
from cms.jobs.models import Job
from cms.posts.lifecycle import PUBLISHED
from cms.settings.actions import change
from cms.tokens.scopes import COMMENT
from tests.api.conftest import Of
from tests.api.program import Program, ids
from tests.counting import counted
from tests.factories import Make

P = Permission


# tags


def test_readers_know_of_tags_that_lead_to_live_posts(stranger: Program, of: Of, session: Session, make: Make) -> None:
    sea = make.tag("Sea")
    boats, secret = make.tag("Boats", parent_id=sea.id), make.tag("Secret")
    make.post(tags=[boats], status=PUBLISHED)
    make.post(tags=[secret])
    session.commit()
    author = of(make.author())

    assert ids(stranger, "/tags") == [boats.id, sea.id]
    assert stranger.get(f"/tags/{secret.id}").status_code == 404
    assert stranger.get(f"/tags/{sea.id}").json["url"] == "http://localhost/tags/sea"
    assert ids(author, "/tags?view=desk") == [boats.id, sea.id, secret.id]
    assert ids(stranger, f"/tags?parent_id={sea.id}") == [boats.id]
    assert ids(stranger, "/tags?slug=sea") == [sea.id]


def test_a_tag_is_made_renamed_and_deleted(of: Of, session: Session, make: Make) -> None:
    program = of(make.editor())
    made = program.post("/tags", {"name": "Sea"})
    path = f"/tags/{made.json['id']}"

    renamed = program.patch(path, {"name": "Ocean", "slug": ""}, made.headers["ETag"])
    stale = program.patch(path, {"name": "Lake"}, made.headers["ETag"])
    gone = program.delete(path, renamed.headers["ETag"])

    assert (made.status_code, made.json["slug"]) == (201, "sea")
    assert renamed.json["slug"] == "ocean"
    assert (stale.status_code, stale.json["error"]["current"]["name"]) == (412, "Ocean")
    assert (gone.status_code, gone.data) == (204, b"")
    assert program.patch(path, {"name": "x"}, "*").status_code == 404
    assert program.post("/tags", {"name": ""}).json["error"]["fields"] == {"name": "A name is needed."}


def test_readers_see_what_was_approved_under_live_posts(
    stranger: Program, of: Of, session: Session, make: Make
) -> None:
    live, draft = make.post(status=PUBLISHED), make.post()
    approved = make.comment(live, status=CommentStatus.APPROVED)
    waiting = make.comment(live)
    make.comment(draft, status=CommentStatus.APPROVED)
    session.commit()

    shown = stranger.get(f"/comments/{approved.id}").json
    desk = of(make.moderator()).get(f"/comments/{waiting.id}?view=desk").json

    assert ids(stranger, "/comments") == ids(stranger, f"/comments?post_id={live.id}") == [approved.id]
    assert shown["name"] == "Rafe"
    assert shown.keys().isdisjoint({"guest_email", "status", "body", "address_digest", "agent"})
    assert stranger.get(f"/comments/{waiting.id}").status_code == 404
    assert (desk["guest_email"], desk["status"]) == ("rafe@example.com", "pending")
    assert "approve" in desk["moves"]
    assert of(make.contributor()).get("/comments?view=desk").status_code == 403


def test_comments_are_narrowed_to_a_time(stranger: Program, session: Session, make: Make) -> None:
    post = make.post(status=PUBLISHED)
    early, late = (make.comment(post, status=CommentStatus.APPROVED) for _ in range(2))
    late.created_at = make.at + timedelta(days=2)
    session.commit()
    between = quote((make.at + timedelta(days=1)).isoformat())

    assert ids(stranger, f"/comments?since={between}") == [late.id]
    assert ids(stranger, f"/comments?until={between}") == [early.id]


def test_a_member_comments_and_a_moderator_decides(of: Of, session: Session, make: Make) -> None:
    live = make.post(status=PUBLISHED)
    member, moderator = of(make.user()), of(make.moderator())

    sent = member.post("/comments", {"post_id": live.id, "body": "I drove the *harbour* bus."})
    path = f"/comments/{sent.json['id']}"
    approved = moderator.post(f"{path}/moves/approve")
    corrected = moderator.patch(path, {"body": "I drove it."}, moderator.etag(path))
    answered = member.post("/comments", {"post_id": live.id, "body": "And the ferry.", "parent_id": sent.json["id"]})

    assert (sent.status_code, sent.json["status"]) == (201, "pending")
    assert member.get(path).json["author"].keys() == {"id", "name"}  # under which they sign in is nobody's business
    assert approved.json["author"].keys() > {"id", "name", "username"}
    assert sent.json.keys().isdisjoint({"held_because", "guest_email"})
    assert member.get(path).json["body_html"].strip() == "<p>I drove it.</p>"
    assert approved.json["status"] == "approved"
    assert corrected.json["edited_at"] is not None
    assert moderator.patch(path, {"body": "x"}, approved.headers["ETag"]).status_code == 412
    assert moderator.post(f"{path}/moves/approve").status_code == 409
    assert answered.json["parent_id"] == sent.json["id"]
    assert Program(member.app).post("/comments", {"post_id": live.id, "body": "x"}).status_code == 401


def test_a_token_comments_only_where_it_was_given_that(app: Flask, of: Of, session: Session, make: Make) -> None:
    live, person = make.post(status=PUBLISHED), make.moderator()
    session.commit()
    reading, moderating, writing = of(person, []), of(person, [P.COMMENT_MODERATE]), of(person, [COMMENT])
    said = {"post_id": live.id, "body": "Hello"}

    for refused in (reading, moderating):
        answer = refused.post("/comments", said)
        assert (answer.status_code, "Write comments" in answer.json["error"]["message"]) == (403, True)
    sent = writing.post("/comments", said)
    path = f"/comments/{sent.json['id']}/moves"
    assert sent.status_code == 201
    assert [writing.post(f"{path}/{move}").status_code for move in ("spam", "trash")] == [403, 403]
    assert [moderating.post(f"{path}/{move}").json["status"] for move in ("spam", "approve", "trash")] == [
        "spam",
        "approved",
        "trashed",
    ]
    weaker = Program(app, writing.post("/tokens/jwt", {"scopes": []}).json["token"])
    assert writing.get("/tokens/self").json["scopes"] == ["comment.create"]
    assert weaker.post("/comments", said | {"body": "Again"}).status_code == 403


def test_commenting_is_limited_and_needs_a_live_post(of: Of, session: Session, make: Make) -> None:
    live, draft = make.post(status=PUBLISHED), make.post()
    member = of(make.user())

    assert member.post("/comments", {"post_id": draft.id, "body": "Hello"}).status_code == 422
    statuses = [member.post("/comments", {"post_id": live.id, "body": f"No. {n}"}).status_code for n in range(6)]
    assert statuses == [201] * 5 + [429]


# people


def test_readers_know_of_authors_and_of_nothing_private(
    stranger: Program, of: Of, session: Session, make: Make
) -> None:
    author, colleague = make.author(), make.editor()
    make.post(author=author, status=PUBLISHED)
    session.commit()

    shown = stranger.get(f"/users/{author.id}").json
    seen = of(colleague).get(f"/users/{author.id}?view=desk")
    managed = of(make.owner()).get(f"/users/{author.id}?view=desk").json

    assert ids(stranger, "/users") == [author.id]
    assert shown.keys() == {"id", "username", "name", "url", "bio"}
    assert stranger.get(f"/users/{colleague.id}").status_code == 404
    assert seen.status_code == 403 or "email" not in seen.json
    assert (managed["email"], managed["roles"]) == (author.email, ["author"])


def test_a_person_is_invited_changed_and_switched_off(of: Of, session: Session, make: Make) -> None:
    owner = make.owner()
    program = of(owner)

    made = program.post("/users", {"email": "maren@example.com", "username": "maren", "roles": ["author"]})
    path = f"/users/{made.json['id']}"
    changed = program.patch(path, {"display_name": "Maren", "roles": ["editor"]}, made.headers["ETag"])
    stale = program.patch(path, {"display_name": "x"}, made.headers["ETag"])
    off = program.post(f"{path}/moves/deactivate")

    assert (made.status_code, made.json["roles"]) == (201, ["author"])
    assert (changed.json["name"], changed.json["roles"]) == ("Maren", ["editor"])
    assert stale.status_code == 412
    assert off.json["state"] == "off"
    assert program.post("/users", {"email": "x", "username": "y"}).json["error"]["fields"].keys() == {"email"}
    assert program.patch(path, {"roles": ["nobody"]}, "*").json["error"]["fields"].keys() == {"roles"}
    assert program.patch(path, {"email": "other@example.com"}, "*").status_code == 422
    assert program.post(f"/users/{owner.id}/moves/deactivate").status_code == 409
    session.rollback()
    assert session.scalars(select(Job.label)).all() == ["Your account at Copydesk"]
    theirs = select(Event.verb).where(Event.subject_id == made.json["id"], Event.verb.like("user.%"))
    verbs = session.scalars(theirs.order_by(Event.id))
    assert list(verbs) == ["user.invite", "user.edit", "user.set_roles", "user.deactivate"]


def test_a_token_gives_nobody_rights_that_it_does_not_have(of: Of, session: Session, make: Make) -> None:
    program = of(make.owner(), [P.USER_MANAGE])
    person = make.user()
    session.commit()

    answer = program.patch(f"/users/{person.id}", {"roles": ["editor"]}, "*")

    assert answer.status_code == 403
    session.refresh(person)
    assert person.roles == []


# settings


def test_settings_are_read_and_changed(stranger: Program, of: Of, make: Make) -> None:
    program = of(make.owner())
    etag = program.etag("/settings")

    changed = program.patch("/settings", {"title": "The Harbour", "posts_per_page": 5}, etag)
    stale = program.patch("/settings", {"title": "Other"}, etag)

    assert changed.json["title"] == stranger.get("/settings").json["title"] == "The Harbour"
    assert stranger.get("/settings").json.keys().isdisjoint({"mail_from", "comments_words", "session_hours"})
    assert program.get("/settings?view=desk&fields=mail_from").json == {"mail_from": "noreply@example.com"}
    assert stranger.get("/settings?fields=mail_from").status_code == 422
    assert (stale.status_code, stale.json["error"]["current"]["title"]) == (412, "The Harbour")
    assert program.patch("/settings", {"title": ""}, "*").json["error"]["fields"] == {"title": "This is needed."}
    assert program.patch("/settings", {"colour": "red"}, "*").status_code == 422
    assert of(make.editor()).get("/settings?view=desk").status_code == 403


def test_settings_that_somebody_changes_at_this_moment_are_not_overwritten(
    of: Of, session: Session, make: Make
) -> None:
    owner = make.owner()
    program = of(owner)
    program.patch("/settings", {"title": "The Harbour"}, "*")
    etag = program.etag("/settings")
    session.expire_all()
    change(session, {"title": "The Quay"}, by=owner, at=make.at + timedelta(days=1))

    with ThreadPoolExecutor() as pool:
        asked = pool.submit(lambda: program.patch("/settings", {"title": "The Pier"}, etag))
        time.sleep(0.5)
        session.commit()
        answer = asked.result(30)

    assert (answer.status_code, answer.json["error"]["current"]["title"]) == (412, "The Quay")


# versions


def test_an_older_version_comes_back(of: Of, make: Make) -> None:
    program = of(make.author())
    made = program.post("/posts", {"title": "First", "body": "One."})
    path = f"/posts/{made.json['id']}"
    program.patch(path, {"title": "Second"}, made.headers["ETag"])

    listed = program.get(f"{path}/revisions").json["items"]
    late = program.post(f"{path}/revisions/1/restore", headers={"If-Match": made.headers["ETag"]})
    restored = program.post(f"{path}/revisions/1/restore", headers={"If-Match": program.etag(path)})

    assert [version["number"] for version in listed] == [2, 1]
    assert "snapshot" not in listed[0]
    assert program.get(f"{path}/revisions/1").json["snapshot"]["title"] == "First"
    assert (late.status_code, late.json["error"]["current"]["title"]) == (412, "Second")
    assert (restored.status_code, restored.json["number"], restored.json["kind"]) == (201, 3, "restore")
    assert program.get(f"{path}?view=desk").json["title"] == "First"
    assert program.post(f"{path}/revisions/3/restore").status_code == 409
    assert program.get(f"{path}/revisions/9").status_code == 404
    assert of(make.contributor()).get(f"{path}/revisions").status_code == 404


# what lists cost


def several(make: Make, many: int) -> None:
    for _number in range(many):
        author = make.author()
        post = make.post(author=author, status=PUBLISHED, tags=[make.tag()], featured_media_id=make.media().id)
        make.comment(post, status=CommentStatus.APPROVED, author_id=author.id, guest_name="", guest_email="")


@pytest.mark.parametrize("view", ["public", "desk"])
@pytest.mark.parametrize("path", ["/tags", "/media", "/comments", "/users", "/pages"])
def test_a_list_costs_the_same_however_long_it_is(
    of: Of, session: Session, make: Make, engine: Engine, path: str, view: str
) -> None:
    program, costs = of(make.owner()), []
    program.get("/settings")  # a connection that is new asks what server it has met
    for many in (2, 8):
        several(make, many)
        session.commit()
        with counted(engine) as statements:
            assert program.get(f"{path}?view={view}").status_code == 200
        costs.append(len(statements))

    assert costs[0] == costs[1]
    assert costs[1] <= 7
