"""Who may moderate what: the single answer and the WHERE clause are one rule."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.comments import queries
from cms.comments.models import Comment
from cms.comments.policy import CommentPolicy
from cms.core.errors import NotFound
from cms.core.permissions import Permission, Scope
from cms.posts.lifecycle import PostStatus
from tests.factories import Make

P = Permission


def test_the_list_and_the_single_comment_agree_on_who_may_look(session: Session, make: Make) -> None:
    sea, town = make.tag("Sea"), make.tag("Town")
    mine = make.user(make.role((P.COMMENT_MODERATE, Scope.OWN)))
    at_sea = make.user(make.role(P.COMMENT_MODERATE, tags=(sea,)))
    blind = make.user(make.role(P.COMMENT_MODERATE))
    seeing = make.user(make.role(P.COMMENT_MODERATE, P.POST_VIEW))
    people = [None, make.owner(), make.editor(), make.author(), make.moderator(), make.user(), mine, at_sea, blind]
    for author in (mine, make.author()):
        for tags in ([sea], [town], []):
            for status in PostStatus:
                make.comment(make.post(author=author, tags=tags, status=status))
    make.comment(make.post(author=mine, tags=[sea], status=PostStatus.PUBLISHED, trashed_at=make.at))
    make.comment(make.page(status=PostStatus.PUBLISHED))
    session.commit()

    sizes = {}
    for viewer in [*people, seeing]:
        policy = CommentPolicy(viewer)
        comments = session.scalars(select(Comment).options(*queries.loaded())).all()
        listed = set(session.scalars(queries.visible_to(viewer)))
        assert listed == {comment for comment in comments if policy.may_see(comment)}
        sizes[viewer.id if viewer else None] = len(listed)
    assert sizes[None] == sizes[people[3].id] == 0
    assert sizes[people[1].id] == sizes[people[2].id] == sizes[people[4].id] == sizes[seeing.id] == 26
    assert (sizes[mine.id], sizes[at_sea.id], sizes[blind.id]) == (3, 2, 7)


def test_a_comment_on_a_post_that_one_may_not_see_does_not_exist(session: Session, make: Make) -> None:
    comment = make.comment(make.post(status=PostStatus.DRAFT))
    blind = make.user(make.role(P.COMMENT_MODERATE))

    with pytest.raises(NotFound):
        queries.get(session, comment.id, viewer=blind)
    assert queries.get(session, comment.id, viewer=make.moderator()) is comment
    assert "may not see" in CommentPolicy(blind).may(P.COMMENT_MODERATE, comment).reason


@pytest.mark.parametrize("comment_id", [0, -1, 2**31, 10**30])
def test_an_impossible_number_is_not_found(session: Session, make: Make, comment_id: int) -> None:
    with pytest.raises(NotFound):
        queries.get(session, comment_id, viewer=make.owner())
