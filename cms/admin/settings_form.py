"""The form of the settings, made from their declarations: a new setting needs no line here."""

from collections.abc import Callable
from typing import Any

from wtforms import Field, HiddenField

from cms.admin.forms import Choice, Line, Number, RecordChoice, RecordForm, Switch, Text
from cms.core.i18n import LANGUAGES, _
from cms.core.zones import zone_names
from cms.settings import appearance
from cms.settings.declared import DECLARED, SECTIONS
from cms.settings.kinds import Setting, SettingType

T = SettingType


class Lines(Text):
    """A list of lines, each of which is one value."""

    def process_data(self, value: list[str] | None) -> None:
        self.data = value or []

    def process_formdata(self, values: list[str]) -> None:
        if values:
            self.data = [line.strip() for line in values[0].splitlines() if line.strip()]

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "\n".join(self.data)


class NeededNumber(Number):
    """A number that cannot be left out."""

    def process_formdata(self, values: list[str]) -> None:
        if values and not values[0].strip():
            self.data = None
            raise ValueError(_("A number is needed here."))
        super().process_formdata(values)


class SettingsFormBase(RecordForm):
    """`seen` is the newest change that whoever fills this in had before them."""

    seen = HiddenField()

    def in_section(self, section: str) -> list[Field]:
        """The fields of one section, in the order of their declarations."""
        return [self[setting.key] for setting in DECLARED if setting.section == section]

    def sections(self, *, of_appearance: bool) -> list[tuple[str, str, list[Field]]]:
        """Those that are seen have a page of their own."""
        return [
            (name, label, self.in_section(name))
            for name, label in SECTIONS.items()
            if (name in appearance.SECTIONS) is of_appearance
        ]


def _limits(setting: Setting, **more: Any) -> dict[str, Any]:
    needed = {"required": True} if setting.is_required else {}
    return {"maxlength": setting.max_length, **needed, **more}


def _bounds(setting: Setting) -> dict[str, Any]:
    return {"min": setting.least, "max": setting.most, "required": True}


def _choices(setting: Setting) -> list[tuple[str, str]]:
    return [(value, _(label)) for value, label in setting.choices]


def _zones() -> list[tuple[str, str]]:
    return [(zone, zone.replace("_", " ")) for zone in zone_names()]


#: Type → field class and what it is made with, beside label and help.
_FIELDS: dict[SettingType, Callable[[Setting], tuple[type[Field], dict[str, Any]]]] = {
    T.LINE: lambda setting: (Line, {"render_kw": _limits(setting)}),
    T.TEXT: lambda setting: (Text, {"render_kw": _limits(setting, rows=3)}),
    T.MARKDOWN: lambda setting: (Text, {"render_kw": _limits(setting, rows=6)}),
    T.NUMBER: lambda setting: (NeededNumber, {"render_kw": _bounds(setting)}),
    T.SWITCH: lambda _setting: (Switch, {}),
    T.CHOICE: lambda setting: (Choice, {"choices": lambda: _choices(setting)}),
    T.ZONE: lambda _setting: (Choice, {"choices": _zones}),
    T.LANGUAGE: lambda _setting: (Choice, {"choices": list(LANGUAGES.items())}),
    T.MEDIA: lambda _setting: (RecordChoice, {}),
    T.PAGE: lambda _setting: (RecordChoice, {}),
    T.EMAIL: lambda setting: (Line, {"render_kw": _limits(setting, type="email", required=True)}),
    T.LINES: lambda _setting: (Lines, {"render_kw": {"rows": 5}}),
    T.COLOUR: lambda setting: (Line, {"render_kw": _limits(setting, spellcheck="false", data_colour="")}),
}


def _field(setting: Setting) -> Field:
    kind, options = _FIELDS[setting.type](setting)
    return kind(setting.label, description=setting.help, **options)


#: Every declared setting as a field of its own name.
SettingsForm = type("SettingsForm", (SettingsFormBase,), {setting.key: _field(setting) for setting in DECLARED})
