"""Where a comment begins, and where it may go."""

import pytest

from cms.comments.lifecycle import COMMENT_LIFE, CommentMove, CommentStatus, status_on_arrival
from cms.comments.reasons import LABELS, SENTENCES, Reason, label, sentence
from cms.core.errors import Conflict

PENDING, APPROVED, SPAM, TRASHED = CommentStatus


@pytest.mark.parametrize(
    ("reasons", "status"),
    [
        ([], APPROVED),
        ([Reason.MODERATION_ON], PENDING),
        ([Reason.LINKS, Reason.FIRST_COMMENT], PENDING),
        ([Reason.TRAP], SPAM),
        ([Reason.MODERATION_ON, Reason.BANNED], SPAM),
        (["a reason of a later version"], PENDING),
    ],
)
def test_a_comment_begins_where_its_reasons_put_it(reasons: list[str], status: CommentStatus) -> None:
    assert status_on_arrival(reasons) is status


@pytest.mark.parametrize(
    ("status", "moves"),
    [
        (PENDING, [CommentMove.APPROVE, CommentMove.SPAM, CommentMove.TRASH]),
        (APPROVED, [CommentMove.SPAM, CommentMove.TRASH, CommentMove.HOLD]),
        (SPAM, [CommentMove.APPROVE, CommentMove.TRASH, CommentMove.RESTORE]),
        (TRASHED, [CommentMove.APPROVE, CommentMove.SPAM, CommentMove.RESTORE]),
    ],
)
def test_every_status_can_be_left_again(status: CommentStatus, moves: list[CommentMove]) -> None:
    assert COMMENT_LIFE.moves_from(status) == moves


def test_a_move_that_makes_no_sense_is_a_conflict() -> None:
    with pytest.raises(Conflict):
        COMMENT_LIFE.after(CommentMove.HOLD, PENDING)


def test_every_reason_is_said_in_a_sentence_and_in_a_word() -> None:
    assert set(SENTENCES) == set(LABELS) == set(Reason)
    assert sentence("links") == "It has more links than comments may have."
    assert label("trap") == "Trap field"
    assert sentence("unheard of") == label("unheard of") == "unheard of"
