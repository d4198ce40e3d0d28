"""One act for each verb that can be undone, and more where a verb has several faces: prepare, then do."""

from tests.undo import (
    acts_of_bans,
    acts_of_comments,
    acts_of_media,
    acts_of_people,
    acts_of_posts,
    acts_of_series,
    acts_of_tags,
    acts_of_the_site,
)
from tests.undo.acts_of_posts import move, save
from tests.undo.acts_of_tags import deleted_tag
from tests.undo.world import Preparation, World

__all__ = ["ACTS", "Preparation", "World", "deleted_tag", "move", "save"]

ACTS = [
    *acts_of_posts.act,
    *acts_of_tags.act,
    *acts_of_series.act,
    *acts_of_media.act,
    *acts_of_the_site.act,
    *acts_of_comments.act,
    *acts_of_bans.act,
    *acts_of_people.act,
]
