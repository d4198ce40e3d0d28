"""What a token can be given: rights of its owner, and what anybody with an account may do, which no role grants."""

from cms.core.i18n import N_
from cms.core.permissions import ABOUT, Permission

COMMENT = "comment.create"
#: What each is called, in the order in which they are offered.
LABELS: dict[str, str] = {COMMENT: N_("Write comments")} | {right.value: ABOUT[right].label for right in Permission}
