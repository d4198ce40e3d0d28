"""/api/v1/pages"""

from cms.api.blueprint import ApiBlueprint
from cms.api.revisions import Revisions
from cms.api.text_shapes import PageChanges
from cms.api.texts import Texts
from cms.core.permissions import Permission
from cms.posts.models import PostKind

blueprint = ApiBlueprint("pages", "What stands by itself, and may lie below another page.")
pages = Texts(PostKind.PAGE, blueprint, PageChanges, Permission.PAGE_MANAGE)
revisions = Revisions(PostKind.PAGE, blueprint, pages.sees)
