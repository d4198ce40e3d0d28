"""What can be undone of comments: each move from wherever it may start, and an edit."""

from cms.comments import actions as comments
from cms.comments import queries
from cms.comments.fields import checked
from cms.comments.lifecycle import CommentMove, CommentStatus
from cms.comments.models import Comment
from tests.conftest import NOON
from tests.undo.world import Act, Acts, World

act = Acts()

FIRST = {
    CommentMove.APPROVE: (CommentStatus.PENDING, CommentStatus.SPAM, CommentStatus.TRASHED),
    CommentMove.SPAM: (CommentStatus.PENDING, CommentStatus.APPROVED, CommentStatus.TRASHED),
    CommentMove.TRASH: (CommentStatus.PENDING, CommentStatus.APPROVED, CommentStatus.SPAM),
    CommentMove.RESTORE: (CommentStatus.SPAM, CommentStatus.TRASHED),
    CommentMove.HOLD: (CommentStatus.APPROVED,),
}
for step, starts in FIRST.items():
    for start in starts:

        @act(f"comment.{step}")
        def moderate(w: World, step: CommentMove = step, start: CommentStatus = start) -> Act:
            comment = w.make.comment(status=start, moderated_at=NOON, moderated_by_id=w.owner.id)
            return lambda: comments.move_comment(w.session, loaded(w, comment), step, **w.later())


def loaded(w: World, comment: Comment) -> Comment:
    return queries.get(w.session, comment.id, viewer=w.owner)


@act("comment.edit")
def edit_comment(w: World) -> Act:
    said = checked(body="Words.", is_member=True)
    comment = w.make.comment(body=said.body, body_html=said.body_html)
    return lambda: comments.edit(w.session, loaded(w, comment), "Other words.", base=None, **w.later())
