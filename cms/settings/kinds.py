"""What a setting is, and the types that there are."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class SettingType(StrEnum):
    """How a setting is edited and what it accepts."""

    LINE = "line"
    TEXT = "text"
    MARKDOWN = "markdown"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    ZONE = "zone"
    LANGUAGE = "language"
    MEDIA = "media"
    PAGE = "page"
    EMAIL = "email"
    LINES = "lines"
    COLOUR = "colour"


@dataclass(frozen=True)
class Setting:
    """One setting. `choices` are (value, label), numbers stay from `least` to `most`, the lines of some have a form."""

    key: str
    section: str
    label: str
    help: str
    type: SettingType
    default: Any
    choices: tuple[tuple[str, str], ...] = ()
    least: int = 0
    most: int = 1_000_000
    max_length: int = 200
    is_required: bool = False
    is_menu: bool = False
    is_origins: bool = False
    #: Told to anybody who asks the API.
    is_public: bool = False
