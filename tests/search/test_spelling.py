"""One mistake in a word leads to the word; two do not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from cms.posts.lifecycle import PUBLISHED
from cms.search import EDITIONS, INDEXES, POSTS, learn, listed, missing, put, rebuild, unlearnt_lately, worth_learning
from cms.search.spelling import MOST_NEAR, forget_all, is_near, keys_of, keys_of_all, near, sharing, unlearnt
from tests.factories import Make
from tests.search.mistakes import MISTAKES

WORDS = st.text(st.characters(categories=["Ll"]), min_size=5, max_size=20)


def led_to(session: Session, *words: str) -> dict[str, list[str]]:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    keys = listed(keys_of_all(words), is_sqlite=is_sqlite)
    return near(words, session.scalars(sharing(is_sqlite=is_sqlite), {"keys": keys}))


@given(WORDS, st.sampled_from(sorted(MISTAKES)), st.integers(0, 2**32))
def test_any_mistake_in_any_word_leaves_a_key_in_common(word: str, kind: str, seed: int) -> None:
    mistyped = MISTAKES[kind](word, random.Random(seed))

    assert mistyped == word or (
        is_near(mistyped, word) and is_near(word, mistyped) and keys_of(mistyped) & keys_of(word)
    )


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("ferry", "fery", True),
        ("ferry", "feryr", True),
        ("ferry", "merry", True),
        ("ferry", "ferrys", True),
        ("ferry", "ferry", False),
        ("ferry", "frery", True),
        ("ferry", "yerrf", False),
        ("ferry", "fry", False),
        ("ferry", "mercy", False),
        ("ferry", "", False),
    ],
)
def test_one_mistake_and_no_more(one: str, other: str, expected: bool) -> None:
    assert is_near(one, other) is is_near(other, one) is expected


def test_words_are_learnt_once_and_found_by_their_neighbours(session: Session) -> None:
    learn(session, ["lighthouse", "harbour"])
    learn(session, ["harbour", "arbour"])

    assert led_to(session, "harbuor", "ligthouse", "zyzzyva", "the") == {
        "harbuor": ["harbour"],
        "ligthouse": ["lighthouse"],
    }
    assert led_to(session, "harbour") == {"harbour": ["arbour"]}
    assert led_to(session, "the", "") == {}
    count = session.execute(text("SELECT count(*) FROM search_words WHERE word = 'harbour'")).scalar_one()
    assert count == len(keys_of("harbour"))


def test_only_words_that_can_be_mistyped_are_learnt() -> None:
    assert worth_learning(["boat", "boats", "2026", "b52abc", "boats", "w" * 41]) == ["boats"]


def test_a_word_with_many_neighbours_stands_for_a_few(session: Session) -> None:
    learn(session, [f"{letter}attle" for letter in "abcdefghijklmnopqrstuvwxyz"])

    assert len(led_to(session, "attle")["attle"]) == MOST_NEAR


def test_what_readers_see_is_learnt_with_its_index_and_again_when_that_is_made_again(
    session: Session, make: Make
) -> None:
    make.post(status=PUBLISHED, title="Breakwater", body="A **chandlery** by the quay")
    make.post(title="Unpublished secrets")
    put(session, POSTS, 1, "Backstage")

    for _time in range(2):
        assert unlearnt(session, ["breakwater", "chandlery", "unpublished", "backstage"]) == [
            "unpublished",
            "backstage",
        ]
        learn(session, ["orphan"])
        rebuild(session, EDITIONS)
        assert unlearnt(session, ["orphan"]) == ["orphan"]
    assert missing(session, EDITIONS) == 0


def test_words_that_were_not_learnt_are_counted(session: Session, make: Make) -> None:
    make.post(status=PUBLISHED, title="Breakwater", body="The chandlery")
    assert [unlearnt_lately(session, index) for index in INDEXES] == [0] * len(INDEXES)

    forget_all(session)

    assert [unlearnt_lately(session, index) for index in (POSTS, EDITIONS)] == [0, 2]
