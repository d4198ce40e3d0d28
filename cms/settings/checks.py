"""Whether a value is one that its setting may have; each type has one function, which returns the value cleaned."""

import re
from collections.abc import Callable
from typing import Any

from cms.accounts.names import clean_email
from cms.core.db import fits
from cms.core.errors import Invalid
from cms.core.i18n import LANGUAGES, _
from cms.core.text import clean_line, clean_text
from cms.core.zones import zone_names
from cms.settings import menu
from cms.settings.kinds import Setting, SettingType
from cms.themes.colours import hex_of

MOST_LINES = 500
LINE_LENGTH = 300
#: As a browser writes it: in small letters, without a slash at its end.
_ORIGIN = re.compile(r"\*|https?://(?:[a-z0-9-]+\.)*[a-z0-9-]+(?::[1-9]\d{0,4})?")
T = SettingType


def checked(setting: Setting, value: Any) -> Any:
    """The value as it is kept; Invalid with a sentence where the declaration does not allow it."""
    return _CHECKS[setting.type](setting, value)


def _line(setting: Setting, value: Any) -> str:
    line = clean_line(_text_of(value))
    if setting.is_required and not line:
        raise Invalid(_("This is needed."))
    return _short(setting, line)


def _text(setting: Setting, value: Any) -> str:
    return _short(setting, clean_text(_text_of(value)).strip())


def _short(setting: Setting, text: str) -> str:
    if len(text) > setting.max_length:
        raise Invalid(
            _("At most %(most)s characters fit here; this has %(has)s.", most=setting.max_length, has=len(text))
        )
    return text


def _number(setting: Setting, value: Any) -> int:
    if type(value) is not int or not setting.least <= value <= setting.most:
        raise Invalid(
            _("This must be a whole number from %(least)s to %(most)s.", least=setting.least, most=setting.most)
        )
    return value


def _switch(_setting: Setting, value: Any) -> bool:
    if type(value) is not bool:
        raise Invalid(_("This is either on or off."))
    return value


def _choice(setting: Setting, value: Any) -> str:
    return _one_of({known for known, _label in setting.choices}, value)


def _zone(_setting: Setting, value: Any) -> str:
    return _one_of(zone_names(), value)


def _language(_setting: Setting, value: Any) -> str:
    return _one_of(LANGUAGES.keys(), value)


def _one_of(known: Any, value: Any) -> str:
    if not isinstance(value, str) or value not in known:
        raise Invalid(_("Choose one of the list."))
    return value


def _reference(_setting: Setting, value: Any) -> int | None:
    """Whether there is such a row is asked by the action, which has a session."""
    if value is None:
        return None
    if type(value) is not int or not fits(value):
        raise Invalid(_("Choose one of the list."))
    return value


def _email(setting: Setting, value: Any) -> str:
    """ASCII only: many mail servers refuse every mail of any other sender."""
    try:
        address = clean_email(_text_of(value))
    except Invalid as error:  # which names the field of a person
        raise Invalid(error.message) from error
    if not address.isascii():
        raise Invalid(_("A sender’s address may have plain letters, digits and signs only."))
    return _short(setting, address)


def _colour(_setting: Setting, value: Any) -> str:
    """Nothing but six digits is kept, since it becomes part of a style sheet."""
    text = clean_line(_text_of(value))
    if not text:
        return ""
    if (colour := hex_of(text)) is None:
        raise Invalid(_("Write a colour as # and six digits, such as #1f5fae."))
    return colour


def _lines(setting: Setting, value: Any) -> list[str]:
    if not isinstance(value, list):
        raise Invalid(_("This must be a list of lines."))
    lines = [clean for line in value if (clean := clean_line(_text_of(line)))]
    if len(lines) > MOST_LINES:
        raise Invalid(_("At most %(most)s lines fit here.", most=MOST_LINES))
    for line in lines:
        if len(line) > LINE_LENGTH:
            raise Invalid(_("“%(line)s…” is longer than %(most)s characters.", line=line[:30], most=LINE_LENGTH))
        if setting.is_origins and _ORIGIN.fullmatch(line) is None:
            raise Invalid(
                _("“%(line)s” is no origin: write https:// and a name, and nothing behind it, or *.", line=line)
            )
        if setting.is_menu and menu.parse(line) is None:
            raise Invalid(
                _(
                    "“%(line)s” is no entry: write the words, a bar and an address that begins with / or https://.",
                    line=line,
                )
            )
    return lines


def _text_of(value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid(_("This must be text."))
    return value


_CHECKS: dict[SettingType, Callable[[Setting, Any], Any]] = {
    T.LINE: _line,
    T.TEXT: _text,
    T.MARKDOWN: _text,
    T.NUMBER: _number,
    T.SWITCH: _switch,
    T.CHOICE: _choice,
    T.ZONE: _zone,
    T.LANGUAGE: _language,
    T.MEDIA: _reference,
    T.PAGE: _reference,
    T.EMAIL: _email,
    T.LINES: _lines,
    T.COLOUR: _colour,
}
