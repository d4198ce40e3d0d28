"""Posts and pages over the API: what strangers read, and what the owner of a token does with them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.core.permissions import Permission
from cms.posts.lifecycle import PUBLISHED
from tests.api.conftest import Of
from tests.api.program import Program
from tests.counting import counted
from tests.factories import Make
from tests.plans import plans

P = Permission


def test_strangers_read_what_readers_see_and_no_draft(stranger: Program, session: Session, make: Make) -> None:
    live = make.post(title="The tide clock", body="Wind *up*.", status=PUBLISHED)
    draft = make.post(title="A secret draft")
    live.title = "Changed since, and nobody has published that"
    session.commit()

    listed = stranger.get("/posts").json
    shown = stranger.get(f"/posts/{live.id}").json

    assert [item["title"] for item in listed["items"]] == ["The tide clock"]
    assert "body_html" not in listed["items"][0]
    assert shown["body_html"] == "<p>Wind <em>up</em>.</p>\n"
    assert shown["url"] == f"http://localhost/posts/{live.slug}"
    assert stranger.get(f"/posts/{draft.id}").status_code == 404
    assert stranger.get(f"/pages/{live.id}").status_code == 404


def test_the_desk_needs_a_token_and_a_right(stranger: Program, of: Of, session: Session, make: Make) -> None:
    author = make.author()
    draft = make.post(author=author, title="A secret draft")
    member = of(make.user())
    session.commit()

    refused = member.get("/posts?view=desk")

    assert stranger.get("/posts?view=desk").status_code == 401
    assert refused.status_code == 403
    assert "See posts" in refused.json["error"]["message"]
    assert of(author).get("/posts?view=desk").json["items"][0]["title"] == "A secret draft"
    assert of(make.author()).get("/posts?view=desk").json["items"] == []
    assert of(make.author()).get(f"/posts/{draft.id}?view=desk").status_code == 404


def test_a_post_is_written_changed_published_and_trashed(of: Of, session: Session, make: Make) -> None:
    author = make.author()
    program = of(author)

    made = program.post("/posts", {"title": "Night ferry", "body": "It *sails*.", "tags": ["Sea"]})
    path = f"/posts/{made.json['id']}"
    changed = program.patch(path, {"summary": "By night"}, made.headers["ETag"])
    published = program.post(f"{path}/moves/publish")

    assert (made.status_code, made.headers["Location"]) == (201, f"/api/v1{path}")
    assert made.json["moves"] == ["submit", "publish", "archive", "trash"]
    assert (changed.status_code, changed.json["version"]) == (200, 2)
    assert published.json["live"]["url"] == "http://localhost/posts/night-ferry"
    assert Program(program.app).get(path).json["summary"] == "By night"
    assert program.delete(path, program.etag(path)).status_code == 204
    assert Program(program.app).get(path).status_code == 404
    verbs = session.scalars(select(Event.verb).where(Event.subject_type == "posts").order_by(Event.id))
    assert verbs.all() == ["post.create", "post.save", "post.publish", "post.trash"]


def test_publishing_later_shows_it_then(of: Of, make: Make, session: Session) -> None:
    post = make.post(author=(author := make.author()))
    program = of(author)
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()

    answer = program.post(f"/posts/{post.id}/moves/publish", {"live_from": later})
    elsewhere = program.post(f"/posts/{post.id}/moves/archive", {"live_from": later})

    assert answer.json["live"] is None
    assert datetime.fromisoformat(answer.json["coming"]["live_from"]) == datetime.fromisoformat(later)
    assert Program(program.app).get(f"/posts/{post.id}").status_code == 404
    assert (elsewhere.status_code, list(elsewhere.json["error"]["fields"])) == (422, ["live_from"])


def test_a_move_that_the_status_does_not_allow_is_a_conflict(of: Of, make: Make) -> None:
    author = make.author()
    post = make.post(author=author)

    answer = of(author).post(f"/posts/{post.id}/moves/unpublish")

    assert (answer.status_code, answer.json["error"]["code"]) == (409, "conflict")
    assert of(author).post(f"/posts/{post.id}/moves/explode").status_code == 405


def test_a_refusal_carries_the_reason_of_the_policy(of: Of, session: Session, make: Make) -> None:
    contributor = make.contributor()
    post = make.post(author=contributor)

    answer = of(contributor).post(f"/posts/{post.id}/moves/publish")

    assert answer.status_code == 403
    assert answer.json["error"]["message"].startswith("This needs the right “Publish posts”. Your roles (Contributor)")


def test_a_token_does_no_more_than_it_was_given(of: Of, session: Session, make: Make) -> None:
    owner = make.owner()
    post = make.post(author=owner)
    program = of(owner, [P.POST_VIEW])

    answer = program.post(f"/posts/{post.id}/moves/publish")

    assert program.get(f"/posts/{post.id}?view=desk").status_code == 200
    assert answer.status_code == 403
    assert answer.json["error"]["message"] == "This needs the right “Publish posts”, which this token was not given."
    assert program.get(f"/posts/{post.id}?view=desk").json["moves"] == []


def test_who_changes_says_what_they_have_seen(of: Of, session: Session, make: Make) -> None:
    author = make.author()
    post = make.post(author=author, title="First")
    program, path = of(author), f"/posts/{post.id}"
    etag = program.etag(path)

    unseen = program.patch(path, {"title": "Second"})
    program.patch(path, {"title": "Second"}, etag)
    stale = program.patch(path, {"title": "Third"}, etag)
    error = stale.json["error"]

    assert (unseen.status_code, unseen.json["error"]["code"]) == (428, "unseen")
    assert (stale.status_code, error["code"]) == (412, "stale")
    assert (error["current"]["title"], error["yours"]) == ("Second", {"title": "Third"})
    assert error["differences"] == [{"field": "title", "base": "First", "yours": "Third", "current": "Second"}]
    assert program.patch(path, {"title": "Third"}, "*").json["title"] == "Third"
    assert program.delete(path).status_code == 428
    assert program.delete(path, etag).status_code == 412
    assert program.post(f"{path}/moves/publish", headers={"If-Match": etag}).status_code == 412


def test_an_etag_of_what_readers_see_changes_nothing(of: Of, session: Session, make: Make) -> None:
    author = make.author()
    post = make.post(author=author, status=PUBLISHED)
    program, path = of(author), f"/posts/{post.id}"

    assert program.patch(path, {"title": "Other"}, program.get(path).headers["ETag"]).status_code == 412
    for tag in ("nonsense", '""', 'W/""', '"", W/"x"', ","):
        assert program.patch(path, {"title": "Other"}, tag).status_code == 412


def test_what_was_read_before_is_not_sent_again(stranger: Program, session: Session, make: Make) -> None:
    post = make.post(status=PUBLISHED)
    session.commit()
    for path in ("/posts", f"/posts/{post.id}"):
        first = stranger.get(path)

        again = stranger.get(path, headers={"If-None-Match": first.headers["ETag"]})

        assert (again.status_code, again.data) == (304, b"")


def test_faults_are_told_field_by_field(of: Of, make: Make) -> None:
    program = of(make.author())

    answer = program.post("/posts", {"title": "x" * 201, "language": "???", "author_id": "me"})
    both = program.post("/posts", {"title": "x" * 201, "language": "???"})

    assert (answer.status_code, set(answer.json["error"]["fields"])) == (422, {"author_id"})
    assert set(both.json["error"]["fields"]) == {"title", "language"}
    assert program.post("/posts", {"colour": "red"}).json["error"]["fields"] == {"colour": "Unknown field."}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": b"{", "content_type": "application/json"}, 400),
        ({"data": b'{"title": NaN}', "content_type": "application/json"}, 400),
        ({"data": b'{"title": "\\u0000"}', "content_type": "application/json"}, 400),
        ({"data": b'{"title": "\\ud800"}', "content_type": "application/json"}, 400),
        ({"data": b"[" * 100_000, "content_type": "application/json"}, 400),
        ({"data": b"1" * 5_000, "content_type": "application/json"}, 400),
        ({"data": b"[]", "content_type": "application/json"}, 422),
        ({"data": b"title=x", "content_type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_what_is_no_json_is_refused(of: Of, make: Make, sent: dict[str, object], status: int) -> None:
    answer = of(make.author()).ask("POST", "/posts", **sent)

    assert answer.status_code == status
    assert answer.json["error"]["message"]


def test_only_the_fields_that_were_asked_for(stranger: Program, session: Session, make: Make) -> None:
    post = make.post(status=PUBLISHED)
    session.commit()

    assert stranger.get("/posts?fields=id,title").json["items"] == [{"id": post.id, "title": post.title}]
    assert stranger.get("/posts?fields=body_html").json["items"] == [{"body_html": "<p>Some words.</p>\n"}]
    with_space = stranger.get("/posts?fields=id, body_html")
    assert with_space.json["items"] == [{"id": post.id, "body_html": "<p>Some words.</p>\n"}]
    assert list(stranger.get(f"/posts/{post.id}?fields=slug").json) == ["slug"]
    assert stranger.get("/posts?fields=password").json["error"]["fields"].keys() == {"fields"}


def test_filters_narrow_a_list(stranger: Program, of: Of, session: Session, make: Make) -> None:
    sea, author = make.tag("Sea"), make.author()
    boats = make.tag("Boats", parent_id=sea.id)
    make.post(author=author, title="About boats", tags=[boats], status=PUBLISHED)
    make.post(title="About fog", status=PUBLISHED, published_at=make.at - timedelta(days=1))
    make.post(author=author, title="A draft")
    session.commit()
    program = of(make.editor())

    def titles(path: str, asking: Program = stranger) -> list[str]:
        return [item["title"] for item in asking.get(path).json["items"]]

    assert titles("/posts?tag=sea") == ["About boats"]
    assert titles("/posts?tag=unknown") == []
    assert titles(f"/posts?author={author.username}") == ["About boats"]
    assert titles("/posts?since=2026-03-02T00:00:00Z") == ["About boats"]
    assert titles("/posts?until=2026-03-02T00:00:00Z") == ["About fog"]
    assert titles("/posts?view=desk&status=draft", program) == ["A draft"]
    assert titles(f"/posts?view=desk&author={author.username}&tag=boats", program) == ["About boats"]
    assert titles("/posts?view=desk&trashed=true", program) == []
    assert stranger.get("/posts?status=draft").status_code == 422
    assert stranger.get("/posts?since=2026-03-03").status_code == 422


@pytest.mark.parametrize("path", ["/posts", "/pages", "/media"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T00:00:00Z"])
def test_a_moment_that_no_calendar_has_is_refused(stranger: Program, path: str, moment: str) -> None:
    for name in ("since", "until"):
        answer = stranger.get(f"{path}?{name}={moment}")
        assert (answer.status_code, list(answer.json["error"]["fields"])) == (422, [name])


@pytest.mark.parametrize("view", ["public", "desk"])
def test_pages_of_a_list_show_everything_once(of: Of, session: Session, make: Make, view: str) -> None:
    author = make.author()
    made = [make.post(author=author, status=PUBLISHED).id for _number in range(7)]
    program = of(author)
    path, seen = f"/posts?view={view}&limit=3&fields=id", []

    answer = program.get(path)
    while True:
        seen += [item["id"] for item in answer.json["items"]]
        if answer.json["next"] is None:
            break
        answer = program.get(f"{path}&cursor={answer.json['next']}")

    assert seen == sorted(made, reverse=True)


def test_a_cursor_is_good_for_its_own_list_alone(stranger: Program, session: Session, make: Make) -> None:
    for _number in range(2):
        make.post(status=PUBLISHED)
    session.commit()
    cursor = stranger.get("/posts?limit=1").json["next"]

    assert stranger.get(f"/posts?limit=1&cursor={cursor}").status_code == 200
    assert stranger.get(f"/posts?limit=50&fields=id&cursor={cursor}").status_code == 200
    assert stranger.get(f"/pages?limit=1&cursor={cursor}").status_code == 422
    assert stranger.get(f"/posts?limit=1&since=2026-01-01T00:00:00Z&cursor={cursor}").status_code == 422
    assert stranger.get(f"/posts?limit=1&cursor={cursor}x").status_code == 422


@pytest.mark.parametrize("view", ["public", "desk"])
def test_a_list_costs_the_same_however_long_it_is(
    of: Of, session: Session, make: Make, engine: Engine, view: str
) -> None:
    program = of(make.editor())
    program.get("/posts")  # what an application asks once, such as the settings, costs no list anything
    costs = []
    for many in (1, 12):
        for _number in range(many):
            make.post(status=PUBLISHED, tags=[make.tag()], featured_media_id=make.media().id)
        session.commit()
        with counted(engine) as statements:
            answer = program.get(f"/posts?view={view}")
        assert answer.status_code == 200
        costs.append(len(statements))

    assert costs[0] == costs[1]
    assert costs[1] <= 6


def test_what_is_scheduled_makes_no_list_longer_to_read(stranger: Program, engine: Engine) -> None:
    with plans(engine) as steps:
        assert stranger.get_unkept("/posts").status_code == 200

    assert any("published_at <" in step or "published_at<" in step for step in steps), steps
