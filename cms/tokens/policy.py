"""Who may do what with tokens: everybody with their own, and one right for everybody's."""

from cms.accounts.policy import PlainPolicy
from cms.core.decision import Decision
from cms.core.permissions import Permission
from cms.tokens.models import ApiToken
from cms.tokens.scopes import COMMENT


class TokenPolicy(PlainPolicy):
    """A token can only be made by its owner, so that nobody acts in another's name."""

    def may_revoke(self, token: ApiToken) -> Decision:
        is_own = self.user is not None and token.user_id == self.user.id
        return Decision.yes() if is_own else self.may(Permission.TOKEN_MANAGE)

    def giveable(self) -> list[str]:
        """What this person can put into a token, in the order in which it is offered; never a right that they lack."""
        commenting = [COMMENT] if self.user is not None else []
        return commenting + [permission.value for permission in Permission if self.may(permission)]
