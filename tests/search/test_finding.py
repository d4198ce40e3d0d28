"""What is found by which words, the same on SQLite's index and on PostgreSQL's."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cms.search import COMMENTS, POSTS, among, having, hits, matching, put
from cms.search.query import MAX_WORDS
from cms.taxonomy.models import Tag
from tests.factories import Make

Find = Callable[[str], list[str]]

TEXTS = {
    "cafe": ("Café Müller", "Die Straße am Fluß, naïvely."),
    "boats": ("Boats on the tide", "The harbour bus leaves at 7:45, and harbours are full."),
    "code": (
        "Using node.js and example.com",
        "user_name = 3.14; a/b/c.txt; mail me@example.org; state-of-the-art; don’t",
    ),
    "cyrillic": ("Привет мир", "Ёлка"),
    "hindi": ("हिन्दी भाषा", "नमस्ते दुनिया"),
    "long": ("w" * 300, "v" * 5000 + " end"),
    "symbols": ("C++ & C#", "™ ½ ﬁne 2026"),
}


@pytest.fixture
def find(session: Session, make: Make) -> Find:
    """Names of the texts that are found. They are indexed under the ids of tags: an index knows nothing but ids."""
    for name, (title, body) in TEXTS.items():
        put(session, POSTS, make.tag(name).id, title, body)

    def find(query: str) -> list[str]:
        """By each way of asking, which all find the same."""
        first, *others = (
            list(session.scalars(select(Tag.name).where(asked).order_by(Tag.id)))
            for asked in (
                matching(session, POSTS, Tag.id, query),
                having(session, POSTS, Tag.id, query),
                among(session, Tag.id, hits(session, POSTS, query, 100)),
            )
        )
        assert others == [first, first]
        return first

    return find


@pytest.mark.parametrize(
    ("query", "found"),
    [
        # accents, case, and letters that are written in two ways
        ("cafe", ["cafe"]),
        ("CAFÉ", ["cafe"]),
        ("cafe\u0301", ["cafe"]),
        ("muller strasse", ["cafe"]),
        ("FLUSS", ["cafe"]),
        ("naively", ["cafe"]),
        ("привет", ["cyrillic"]),
        ("елка", ["cyrillic"]),
        ("हिन्दी", ["hindi"]),
        ("नमस्", ["hindi"]),
        ("fine", ["symbols"]),
        ("TM", ["symbols"]),
        # the beginning of a word is enough, its middle is not
        ("harb", ["boats"]),
        ("arbour", []),
        ("har bo", ["boats"]),
        # every word must be there
        ("boats café", []),
        ("tide boats", ["boats"]),
        # a phrase keeps its order and its last word whole
        ('"harbour bus"', ["boats"]),
        ('"bus harbour"', []),
        ('"harbour bu"', []),
        ('"BOATS on the Tide"', ["boats"]),
        ('boats "harbour bus" 7', ["boats"]),
        ('"harbour bus', ["boats"]),
        ('harbour"', ["boats"]),
        # what is written together is found together, whatever joins it
        ("node.js", ["code"]),
        ("js", ["code"]),
        ("example.com", ["code"]),
        ("me@example.org", ["code"]),
        ("org", ["code"]),
        ("user_name", ["code"]),
        ("name", ["code"]),
        ("3.14", ["code"]),
        ("14", ["code"]),
        ("b/c.txt", ["code"]),
        ("state-of-the-art", ["code"]),
        ("art", ["code"]),
        ("don't", ["code"]),
        ("don’t", ["code"]),
        ("7:45", ["boats"]),
        ("45", ["boats"]),
        ("2026", ["symbols"]),
        ("c++", ["cafe", "code", "symbols"]),  # as “c”
        # endless words
        ("w" * 190, ["long"]),
        ("w" * 400, ["long"]),
        ("end", ["long"]),
    ],
)
def test_words_find(find: Find, query: str, found: list[str]) -> None:
    assert find(query) == found


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        '"',
        '""',
        '" "',
        "''",
        "***",
        "-",
        "^",
        "( ) : & | !",
        "<->",
        "\\",
        "\0",
        "\ud800",
        "🦀",
        "\u0301",
        "%",
        "_",
    ],
)
def test_what_holds_no_word_finds_nothing(find: Find, query: str) -> None:
    assert find(query) == []


@pytest.mark.parametrize(
    "query",
    [
        '" OR NEAR( * ^ -',
        "boats OR cafe",
        "boats AND tide",
        "NOT boats",
        "-boats",
        "title:boats",
        "{title body}: boats",
        "NEAR(boats tide, 5)",
        "boats*",
        "^boats",
        "boats & !tide",
        "boats <-> tide",
        "boats:*A",
        "'boats' | 'x'",
        "boats'); DROP TABLE search_posts; --",
        "boats\\",
        "boats\0tide",
        "boats \ud800",
        'boats "',
        "\u202eboats",
        "%boats%",
        "boats " * 3000,
        '"boats" ' * 3000,
        "((((((((boats))))))))" * 500,
        "boats" + "\u0301" * 100_000,
    ],
)
def test_operators_and_rubbish_are_words_or_nothing(find: Find, query: str) -> None:
    assert set(find(query)) <= {"boats"}
    assert find("tide") == ["boats"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("-boats", ["boats"]),
        ("^boats", ["boats"]),
        ("boats*", ["boats"]),
        ("boats\0tide", []),
        ("NOT boats", []),
    ],
)
def test_an_operator_means_nothing_but_its_word(find: Find, query: str, found: list[str]) -> None:
    assert find(query) == found


def test_words_beyond_the_first_dozen_are_left_out(find: Find) -> None:
    assert find("boats " * MAX_WORDS + "nowhere") == ["boats"]
    assert find("boats " * (MAX_WORDS - 1) + "nowhere") == []


def test_two_questions_in_one_statement_are_two(session: Session, make: Make) -> None:
    sea, lake = make.tag("Sea"), make.tag("Lake")
    put(session, POSTS, sea.id, "Sea")
    put(session, POSTS, lake.id, "Lake")
    put(session, COMMENTS, lake.id, "Pond")

    asked = [matching(session, index, Tag.id, word) for index, word in ((POSTS, "sea"), (COMMENTS, "pond"))]
    same = [matching(session, POSTS, Tag.id, word) for word in ("sea", "lake")]

    for either in (asked, same):
        assert list(session.scalars(select(Tag.name).where(or_(*either)).order_by(Tag.id))) == ["Sea", "Lake"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(), max_size=60))
def test_no_query_makes_a_database_complain(session: Session, query: str) -> None:
    session.scalars(select(Tag.id).where(matching(session, POSTS, Tag.id, query))).all()


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40))
def test_a_text_is_found_by_itself(session: Session, make: Make, words: str) -> None:
    tag = make.tag()
    put(session, POSTS, tag.id, words)

    found = session.scalars(select(Tag.id).where(matching(session, POSTS, Tag.id, words))).all()

    assert tag.id in found or not any(character.isalnum() for character in words)
