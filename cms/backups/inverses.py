"""Why acts on backups are not taken back."""

from cms.core.i18n import N_

NEVER = {
    "backup.make": N_("A backup that was made is kept as long as the settings say."),
    "backup.check": N_("A check changes nothing."),
    "backup.restore": N_("What was there before lies aside; an operator puts it back."),
}
