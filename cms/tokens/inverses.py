"""Why acts on tokens are not taken back."""

from cms.core.i18n import N_

NEVER = {
    "token.create": N_("A token may be in use by now. Revoke it instead."),
    "token.revoke": N_("A token that was revoked is never good again. Make a new one."),
}
