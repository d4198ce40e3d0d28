"""What changed between two texts: readable, complete, and never slow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.posts.diff import Piece, compare

TEXTS = st.text(alphabet="ab \n.é", max_size=200)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off_the_pieces(before: str, after: str) -> None:
    pieces = compare(before, after)

    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


def test_a_changed_word_is_marked_and_its_line_is_not() -> None:
    pieces = compare("It stands here.\nThe clock is slow.\n", "It stands here.\nThe dial is slow.\n")

    assert [piece for piece in pieces if piece.kind != "same"] == [Piece("removed", "clock"), Piece("added", "dial")]


def test_lists_and_nothing_are_compared_by_their_text() -> None:
    assert compare(["Sea"], ["Sea", "Boats"]) == [Piece("same", "Sea"), Piece("added", ", Boats")]
    assert compare(None, "Now") == [Piece("added", "Now")]


# Generous for a busy machine; work that grows with the product of two megabytes does not end within it.
@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x\n" * 1000, "x\ny\n" * 500),
        ("a\n" * 500_000, "b\n" * 400_000 + "a\n" * 100_000),
        ("x " * 500, "x y " * 250),
        ("word " * 200_000, "word " * 199_999 + "end"),
    ],
    ids=["alternating lines", "a megabyte of lines", "alternating words", "a megabyte of words"],
)
def test_texts_made_to_be_slow_come_to_an_end(before: str, after: str) -> None:
    pieces = compare(before, after)

    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after
    assert {piece.kind for piece in pieces} > {"same"}


def test_a_word_put_in_or_taken_out_stands_alone() -> None:
    assert compare("One three.", "One two three.") == [
        Piece("same", "One "),
        Piece("added", "two "),
        Piece("same", "three."),
    ]
    assert compare("One two three.", "One three.") == [
        Piece("same", "One "),
        Piece("removed", "two "),
        Piece("same", "three."),
    ]
