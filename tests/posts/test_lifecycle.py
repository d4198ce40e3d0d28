"""The life of a post: every move from every status, and nothing else."""

import pytest

from cms.core.errors import Conflict
from cms.posts.lifecycle import (
    ARCHIVED,
    DRAFT,
    IN_REVIEW,
    MOVE_LABELS,
    POST_LIFE,
    PUBLISHED,
    STATUS_LABELS,
    PostMove,
    PostStatus,
)

SUBMIT, SEND_BACK, PUBLISH, UNPUBLISH, ARCHIVE, RESTORE, TRASH = PostMove

LEADS_TO = {
    DRAFT: {SUBMIT: IN_REVIEW, PUBLISH: PUBLISHED, ARCHIVE: ARCHIVED},
    IN_REVIEW: {SEND_BACK: DRAFT, PUBLISH: PUBLISHED, ARCHIVE: ARCHIVED},
    PUBLISHED: {PUBLISH: PUBLISHED, UNPUBLISH: DRAFT, ARCHIVE: ARCHIVED},
    ARCHIVED: {RESTORE: DRAFT},
}


@pytest.mark.parametrize("status", PostStatus)
def test_every_move_leads_where_the_table_says_or_is_refused(status: PostStatus) -> None:
    possible = LEADS_TO[status]

    assert POST_LIFE.moves_from(status) == list(possible)
    for move in POST_LIFE.table:
        if move in possible:
            assert POST_LIFE.after(move, status) is possible[move]
        else:
            with pytest.raises(Conflict, match=f"while the status is “{STATUS_LABELS[status]}”"):
                POST_LIFE.after(move, status)


def test_the_trash_is_no_status_and_no_part_of_the_table() -> None:
    assert set(POST_LIFE.table) == set(PostMove) - {TRASH}


def test_every_status_and_every_move_has_a_name() -> None:
    assert set(STATUS_LABELS) == set(PostStatus)
    assert set(MOVE_LABELS) == set(PostMove)
