"""How a reader's question is taken apart."""

import pytest

from cms.search import wanted
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
