"""Everything that can be done to a post. The edges call these, then commit."""

from cms.posts.actions.editing import FieldDifference, SaveConflict, create, keep_untaken, save
from cms.posts.actions.history import bring_back
from cms.posts.actions.merging import merge_tag
from cms.posts.actions.moving import available_moves, move_post, publish, reassign
from cms.posts.actions.series import delete_series, update_series
from cms.posts.actions.tagging import add_tag, delete_tag, remove_tag, require_one_tag, update_tag

__all__ = [
    "FieldDifference",
    "SaveConflict",
    "add_tag",
    "available_moves",
    "bring_back",
    "create",
    "delete_series",
    "delete_tag",
    "keep_untaken",
    "merge_tag",
    "move_post",
    "publish",
    "reassign",
    "remove_tag",
    "require_one_tag",
    "save",
    "update_series",
    "update_tag",
]
