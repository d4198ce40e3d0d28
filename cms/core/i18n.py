"""gettext for code that knows nothing of Flask: the web layer installs the translator; without one it is English."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

type_gettext = Callable[..., str]

#: The languages that pages and messages can be in, named in themselves.
LANGUAGES = {"en": "English", "de": "Deutsch", "ar": "العربية"}

#: What people put between names that they type: the comma of Latin scripts and the Arabic one.
COMMAS = ",،"


def N_(message: str) -> str:
    """Mark a string for extraction where it is declared; it is translated where it is shown."""
    return message


def _plain_gettext(message: str, **values: Any) -> str:
    return message % values if values else message


def _plain_ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    return (singular if num == 1 else plural) % {"num": num, **values}


_gettext: type_gettext = _plain_gettext
_ngettext: type_gettext = _plain_ngettext
_moment: Callable[[datetime], str] = datetime.isoformat


def install(gettext: type_gettext, ngettext: type_gettext, moment: Callable[[datetime], str]) -> None:
    """Replace the translator of the whole process; called once by the application factory."""
    global _gettext, _ngettext, _moment
    _gettext, _ngettext, _moment = gettext, ngettext, moment


def _(message: str, **values: Any) -> str:
    """Translate into the language of whoever is asking now."""
    return _gettext(message, **values)


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """Translate by number; `%(num)s` in both forms is the number."""
    return _ngettext(singular, plural, num, **values)


def said_moment(value: datetime) -> str:
    """A date and a time in the words and the zone of whoever is asking now."""
    return _moment(value)


def reason(sentence: str, detail: str = "") -> str:
    """As it is stored: a sentence that is translated where it is shown, and below it what no language changes."""
    return "\n".join(filter(None, (sentence, detail)))


def said_reason(stored: str) -> str:
    """A `reason` in the language of whoever asks."""
    sentence, _line, detail = stored.partition("\n")
    said = _(sentence) if sentence else ""
    return f"{said} ({detail})" if detail else said


def listed(names: Iterable[object]) -> str:
    """One after the other, with the comma of the language."""
    return _(", ").join(map(str, names))
