"""What is wrong with a field, in the language of whoever asks: the sentences of marshmallow are English alone.

They are known again by their words, since by the time they come here the values are in them.
"""

import re

from cms.core.i18n import N_, _

SENTENCES = (
    N_("Missing data for required field."),
    N_("Field may not be null."),
    N_("Unknown field."),
    N_("Invalid input type."),
    N_("Not a valid string."),
    N_("Not a valid integer."),
    N_("Not a valid number."),
    N_("Number too large."),
    N_("Special numeric values (nan or infinity) are not permitted."),
    N_("Not a valid boolean."),
    N_("Not a valid list."),
    N_("Not a valid mapping type."),
    N_("Not a valid datetime."),
    N_("Not a valid aware datetime."),
    N_("Must be one of: %(choices)s."),
    N_("Must be greater than or equal to %(min)s and less than or equal to %(max)s."),
    N_("Length must be between %(min)s and %(max)s."),
)


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(sentence)), re.DOTALL)


_KNOWN = {_pattern(sentence): sentence for sentence in SENTENCES}


def said(message: str) -> str:
    """A sentence of a schema, translated; one of our own is already."""
    for pattern, sentence in _KNOWN.items():
        found = pattern.fullmatch(message)
        if found is not None:
            return _(sentence, **found.groupdict())
    return message
