"""The index follows its rows: written, written anew, forgotten, made again, and counted where it does not."""

import random

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Edition, Post
from cms.search import COMMENTS, EDITIONS, INDEXES, POSTS, Index, matching, missing, put, rebuild, remove
from cms.search import index as index_module
from cms.search.index import MAX_BYTES
from tests.factories import Make


def found(session: Session, query: str) -> list[int]:
    return list(session.scalars(select(Post.id).where(matching(session, POSTS, Post.id, query)).order_by(Post.id)))


def test_what_is_indexed_anew_is_found_by_its_new_words_alone(session: Session, make: Make) -> None:
    post = make.post()
    put(session, POSTS, post.id, "Sea", "salt", "gulls")

    put(session, POSTS, post.id, "Lake", "reeds")

    assert [found(session, word) for word in ("sea", "salt", "gulls")] == [[], [], []]
    assert [found(session, word) for word in ("lake", "reeds")] == [[post.id], [post.id]]
    assert missing(session, POSTS) == 0


def test_what_is_forgotten_is_not_found_and_twice_is_once(session: Session, make: Make) -> None:
    gone, stays = make.post(), make.post()
    for post in (gone, stays):
        put(session, POSTS, post.id, "Sea")

    remove(session, POSTS, gone.id)
    remove(session, POSTS, gone.id)

    assert found(session, "sea") == [stays.id]


def test_words_of_a_title_and_of_texts_do_not_run_together(session: Session, make: Make) -> None:
    post = make.post()
    put(session, POSTS, post.id, "sea", "side", "walk")

    assert found(session, "seaside") == found(session, "sidewalk") == []
    assert found(session, '"side walk"') == [post.id]  # the texts of a row are one


def test_a_change_that_is_taken_back_is_not_found(session: Session, make: Make) -> None:
    post = make.post()
    put(session, POSTS, post.id, "Sea")
    session.commit()

    put(session, POSTS, post.id, "Lake")
    session.rollback()

    assert (found(session, "sea"), found(session, "lake")) == ([post.id], [])


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.table)
def test_every_index_is_made_again_from_its_rows(session: Session, make: Make, index: Index) -> None:
    make.comment(make.post(status=PUBLISHED, title="Harbour", body="**Tides** &amp; buses", summary="In short"))
    rows = session.execute(text(f"SELECT id FROM {index.table}")).scalars().all()
    for row_id in rows:
        remove(session, index, row_id)
    put(session, index, 2_000_000_000, "an orphan")
    assert missing(session, index) == len(rows) + 1

    count = rebuild(session, index)

    assert (count, missing(session, index)) == (len(rows), 0)
    key = "rowid" if session.get_bind().dialect.name == "sqlite" else "id"
    assert session.execute(text(f"SELECT {key} FROM {index.name}")).scalars().all() == rows


def test_html_is_searched_by_its_words(session: Session, make: Make) -> None:
    make.post(status=PUBLISHED, body="A [strong](https://hidden.example) tide &amp; *buses*.")
    rebuild(session, EDITIONS)

    def shown(query: str) -> list[int]:
        return list(session.scalars(select(Edition.id).where(matching(session, EDITIONS, Edition.id, query))))

    assert len(shown("strong tide buses")) == 1
    assert [shown(word) for word in ("hidden", "href", "amp", "em")] == [[], [], [], []]


def test_a_large_table_is_made_again_in_chunks_with_progress(
    session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "CHUNK", 2)
    post = make.post()
    for _comment in range(5):
        make.comment(post)
    heard: list[int] = []

    assert rebuild(session, COMMENTS, heard.append) == 5
    assert heard == [2, 4, 5]
    assert missing(session, COMMENTS) == 0


def test_making_an_empty_index_again_is_quick_and_empty(session: Session) -> None:
    assert [rebuild(session, index) for index in INDEXES] == [0] * len(INDEXES)


@pytest.mark.parametrize(
    "body",
    [
        "a" * 2_000_000,
        " ".join(f"{number:x}" for number in range(400_000)),
        "漢字 " * 300_000,
        "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000),
        "x\0y \ud800 z",
        "'); DROP TABLE search_posts; -- \\ ' :title %s {}",
    ],
    ids=["one word", "many words", "ideographs", "all of Unicode", "no text", "statements"],
)
def test_no_text_is_too_long_or_too_strange(session: Session, make: Make, body: str) -> None:
    post = make.post()

    put(session, POSTS, post.id, body, "findable", body)

    assert missing(session, POSTS) == 0
    if len(body) < MAX_BYTES:  # what is longer is searched by its beginning
        assert found(session, "findable") == [post.id]


def test_random_words_of_the_largest_size_fit(session: Session, make: Make) -> None:
    """Short words that are all different make the largest entry of PostgreSQL's."""
    letters = random.Random(7)
    body = " ".join(chr(letters.randrange(0x4E00, 0x9FFF)) + chr(letters.randrange(97, 123)) for _word in range(60_000))

    put(session, POSTS, make.post().id, body, body)

    assert missing(session, POSTS) == 0
