"""Why a comment waits or was put aside: keys that are stored, and the sentence that each is shown as."""

from enum import StrEnum

from cms.core.i18n import N_, _


class Reason(StrEnum):
    """A comment may have several."""

    MODERATION_ON = "moderation_on"
    FIRST_COMMENT = "first_comment"
    LINKS = "links"
    WORD = "word"
    DUPLICATE = "duplicate"
    FAST = "fast"
    TRAP = "trap"
    BANNED = "banned"


SENTENCES = {
    Reason.MODERATION_ON: N_("Every comment waits for a moderator here."),
    Reason.FIRST_COMMENT: N_("No comment by this author has been approved yet."),
    Reason.LINKS: N_("It has more links than comments may have."),
    Reason.WORD: N_("It has a word or phrase on the list of words to hold."),
    Reason.DUPLICATE: N_("The same author wrote the same words before."),
    Reason.FAST: N_("It was sent within seconds of opening the form."),
    Reason.TRAP: N_("It filled in a field that people do not see."),
    Reason.BANNED: N_("Its author, or the address or network that it came from, is banned."),
}

LABELS = {
    Reason.MODERATION_ON: N_("All are held"),
    Reason.FIRST_COMMENT: N_("First comment"),
    Reason.LINKS: N_("Links"),
    Reason.WORD: N_("Word list"),
    Reason.DUPLICATE: N_("Repeated"),
    Reason.FAST: N_("Too fast"),
    Reason.TRAP: N_("Trap field"),
    Reason.BANNED: N_("Banned"),
}

#: Nobody who means well does this: such a comment never enters the queue.
SURELY_SPAM = frozenset({Reason.TRAP, Reason.BANNED})


def sentence(key: str) -> str:
    """For the person who decides; a key that this version does not know is shown as it is."""
    return _(SENTENCES[Reason(key)]) if key in SENTENCES else key


def label(key: str) -> str:
    """One or two words, for a narrow column."""
    return _(LABELS[Reason(key)]) if isinstance(key, str) and key in LABELS else str(key)
