"""/api/v1/posts"""

from cms.api.blueprint import ApiBlueprint
from cms.api.revisions import Revisions
from cms.api.text_shapes import PostChanges
from cms.api.texts import Texts
from cms.core.permissions import Permission
from cms.posts.models import PostKind

blueprint = ApiBlueprint("posts", "What is dated and listed: read, write, and move along.")
posts = Texts(PostKind.POST, blueprint, PostChanges, Permission.POST_CREATE)
revisions = Revisions(PostKind.POST, blueprint, posts.sees)
