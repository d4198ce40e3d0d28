"""Series for programs: what readers know of them, what a token changes, and the place of a post in one."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.posts import actions
from cms.posts.lifecycle import PUBLISHED
from tests.api.conftest import Of
from tests.api.program import Program, ids
from tests.conftest import NOON
from tests.counting import counted
from tests.factories import Make


def test_readers_know_of_series_that_have_a_live_part(stranger: Program, of: Of, session: Session, make: Make) -> None:
    tides, secret = make.series("Tides"), make.series("Secret")
    make.post(series_id=tides.id, series_position=1, status=PUBLISHED)
    make.post(series_id=secret.id, series_position=1)
    session.commit()
    author = of(make.author())

    assert ids(stranger, "/series") == [tides.id]
    assert stranger.get(f"/series/{secret.id}").status_code == 404
    assert stranger.get(f"/series/{tides.id}").json["url"] == "http://localhost/series/tides"
    assert ids(author, "/series?view=desk") == [secret.id, tides.id]
    assert ids(author, "/series?view=desk&slug=secret") == [secret.id]


def test_a_series_is_made_renamed_and_deleted(of: Of, session: Session, make: Make) -> None:
    program = of(make.editor())
    made = program.post("/series", {"title": "Tides"})
    path = f"/series/{made.json['id']}"

    renamed = program.patch(path, {"title": "Ebb", "slug": ""}, made.headers["ETag"])
    stale = program.patch(path, {"title": "Flow"}, made.headers["ETag"])
    gone = program.delete(path, renamed.headers["ETag"])

    assert (made.status_code, made.json["slug"]) == (201, "tides")
    assert renamed.json["slug"] == "ebb"
    assert (stale.status_code, stale.json["error"]["current"]["title"]) == (412, "Ebb")
    assert (gone.status_code, gone.data) == (204, b"")
    assert program.patch(path, {"title": "x"}, "*").status_code == 404
    assert program.post("/series", {"title": ""}).json["error"]["fields"] == {"title": "A title is needed."}
    assert of(make.author()).post("/series", {"title": "Mine"}).status_code == 403


def test_a_token_places_a_post_and_readers_see_it_once_it_is_published(
    stranger: Program, of: Of, session: Session, make: Make
) -> None:
    tides = make.series("Tides")
    make.post(series_id=tides.id, series_position=6)
    session.commit()
    program = of(make.editor())

    made = program.post("/posts", {"title": "Ebb", "series_id": tides.id})
    place = {"id": tides.id, "slug": "tides", "title": "Tides", "position": 7}
    path = f"/posts/{made.json['id']}"
    assert made.json["series"] == place

    published = program.post(f"{path}/moves/publish", {})
    assert stranger.get(path).json["series"] == place
    assert [one["series"] for one in stranger.get("/posts?series=tides").json["items"]] == [place]
    assert stranger.get("/posts?series=ebb").json["items"] == []

    left = program.patch(path, {"series_id": None}, published.headers["ETag"])
    assert left.json["series"] is None
    assert stranger.get(path).json["series"] == place
    assert len(ids(program, "/posts?view=desk&series=tides")) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"series_id": 999_999}, "series_id"),
        ({"series_id": "1"}, "series_id"),
        ({"series_position": 0}, "series_position"),
        ({"series_position": 1.5}, "series_position"),
    ],
)
def test_a_place_that_cannot_be_is_refused_on_its_field(
    of: Of, session: Session, make: Make, changes: dict[str, object], field: str
) -> None:
    program = of(make.editor())

    refused = program.post("/posts", {"title": "Ebb"} | changes)

    assert refused.status_code == 422
    assert list(refused.json["error"]["fields"]) == [field]


def test_pages_are_parts_of_nothing(of: Of, session: Session, make: Make) -> None:
    program = of(make.editor())

    refused = program.post("/pages", {"title": "About", "series_id": 1})

    assert refused.status_code == 422


def test_a_list_asks_as_often_however_many_series_there_are(
    stranger: Program, session: Session, make: Make, engine: Engine
) -> None:
    def cost() -> int:
        session.commit()
        with counted(engine) as statements:
            assert stranger.get_unkept("/posts").status_code == 200
        return len(statements)

    make.post(series_id=make.series().id, series_position=1, status=PUBLISHED)
    cost()
    few = cost()
    for _number in range(5):
        make.post(series_id=make.series().id, series_position=1, status=PUBLISHED)

    assert cost() == few


def test_what_a_deleted_series_leaves_is_answered_without_it(stranger: Program, session: Session, make: Make) -> None:
    tides = make.series("Tides")
    post = make.post(series_id=tides.id, series_position=1, status=PUBLISHED)
    actions.delete_series(session, tides, by=make.editor(), at=NOON)
    session.commit()

    assert stranger.get(f"/posts/{post.id}").json["series"] is None
