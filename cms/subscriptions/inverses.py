"""Why no act on subscribers is taken back: only the reader can say yes, and what was forgotten is gone."""

from cms.core.i18n import N_

FORGOTTEN = N_("The address was deleted and is not kept. Only its reader can subscribe again.")
NEVER = {
    "subscriber.join": N_("The reader asked for this. Remove them from the list of subscribers instead."),
    "subscriber.leave": FORGOTTEN,
    "subscriber.remove": FORGOTTEN,
}
