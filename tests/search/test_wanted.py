"""How a reader's question is taken apart."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.search import wanted
from cms.search.index import folded
from cms.search.query import MAX_WORDS


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("", []),
        ("  ,;. ", []),
        ("Tide clock", ["tide", "clock"]),
        ("tide TIDE tide", ["tide"]),
        ('"Tide clock" pier', ['"tide clock"', "pier"]),
        ('"tide clock', ["tide", "clock"]),
        ("node.js", ["node js"]),
    ],
)
def test_terms_are_words_and_phrases_each_once(query: str, terms: list[str]) -> None:
    assert [str(term) for term in wanted(query)] == terms


@pytest.mark.parametrize(
    ("query", "beginnings"),
    [
        ("bus", ["bus"]),
        ("in the harbour", ["the", "harbour"]),
        ("in the old harbour", ["harbour"]),
        ('"harbour"', []),
    ],
)
def test_in_a_long_question_short_words_are_whole(query: str, beginnings: list[str]) -> None:
    assert [str(term) for term in wanted(query) if term.beginning] == beginnings


def test_the_last_word_has_only_begun_while_somebody_types() -> None:
    assert [term.beginning for term in wanted("a h", is_typing=True)] == [False, True]
    assert [term.beginning for term in wanted('a "h"', is_typing=True)] == [False, False]


def test_no_more_than_some_words_are_asked_for() -> None:
    assert len(wanted(" ".join(map(str, range(100))))) == MAX_WORDS
    assert [str(term) for term in wanted(" " * 5_000 + "tide")] == ["tide"]


def test_what_is_written_without_accents_is_folded_like_what_is_written_with_them() -> None:
    plain = "".join(map(chr, range(128)))

    assert folded(plain + "\xc9") == folded(plain) + "e"


@given(st.text())
def test_no_accent_is_left_and_folding_twice_is_folding_once(text: str) -> None:
    once = folded(text)

    assert not any(map(unicodedata.combining, once))
    assert folded(once) == once
