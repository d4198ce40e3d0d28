"""`languages`: the catalogues of every language, made from the code, and what is missing in them."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import click
from babel import Locale
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from config import ROOT

SOURCE = ROOT / "cms"
FOLDER = SOURCE / "translations"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "lazy_gettext": None}
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
#: Headers that say when and by whom, which would make every run another file.
_PASSING = tuple(
    f'"{name}'
    for name in ("POT-Creation", "PO-Revision", "Last-Translator", "Language-Team", "Generated-By", "Report-Msgid")
)
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd%]")


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Change nothing; fail where a catalogue is not complete.")
def languages(only_check: bool) -> None:
    """Bring every catalogue up to the strings of the code, compile it, and say what is missing."""
    template = extracted()
    faults = []
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
        catalog = updated(path, template)
        if only_check:
            faults += [f"{path.parents[1].name}: {fault}" for fault in faults_of(catalog, path)]
        else:
            path.write_bytes(_as_po(catalog))
            path.with_suffix(".mo").write_bytes(_as_mo(catalog))
            missing = sum(1 for message in _messages(catalog) if not _is_whole(message) or message.fuzzy)
            click.echo(f"{path.parents[1].name}: {len(catalog)} strings, {missing} to translate")
    if faults:
        raise click.ClickException("\n".join(faults[:50]))


def extracted() -> Catalog:
    """Every string of the code and the templates, with the places that use it."""
    template = Catalog(project="Copydesk", charset="utf-8")
    found = extract_from_dir(str(SOURCE), METHODS, keywords=KEYWORDS, comment_tags=("NOTE:",))
    for name, _line, message, comments, context in found:
        template.add(message, None, [(f"cms/{name}", None)], auto_comments=comments, context=context)  # type: ignore[list-item]
    return template


def updated(path: Path, template: Catalog) -> Catalog:
    """A catalogue with the strings of today: those that are gone go, changed ones are not guessed."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parents[1].name)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def faults_of(catalog: Catalog, path: Path) -> Iterator[str]:
    """What keeps a catalogue from being complete: each string that is missing, doubtful or has other placeholders."""
    for message in _messages(catalog):
        first = message.id if isinstance(message.id, str) else message.id[0]
        if not _is_whole(message):
            yield f"not translated: {first!r}"
        elif message.fuzzy:
            yield f"doubtful: {first!r}"
        elif not _has_same_placeholders(message):
            yield f"other placeholders: {first!r}"
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != _as_mo(catalog):
        yield "the compiled catalogue is older than the strings; run `python3 manage.py languages`"


def _messages(catalog: Catalog) -> Iterator:  # type: ignore[type-arg]  # of Message, which Babel does not export
    return (message for message in catalog if message.id)


def _is_whole(message) -> bool:  # type: ignore[no-untyped-def]
    """Whether every form is there; a string that is new to its catalogue has none, not even an empty one."""
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return bool(forms) and all(forms)


def _has_same_placeholders(message) -> bool:  # type: ignore[no-untyped-def]
    """A form for just one thing, or for none, may say the number in words."""
    if isinstance(message.id, str):
        return _placeholders(message.id) == _placeholders(message.string)
    most = _placeholders(message.id[0]) | _placeholders(message.id[1])
    forms = [_placeholders(form) for form in message.string]
    return all(form <= most and most - form <= {"num", "shown"} for form in forms)


def _placeholders(text: str) -> set[str]:
    return {match[1] or match[0] for match in _PLACEHOLDER.finditer(text) if match[0] != "%%"}


def _as_po(catalog: Catalog) -> bytes:
    """The same bytes for the same strings: no date, no names, no line numbers, in the order of the strings."""
    catalog.header_comment = f"# {Locale.parse(str(catalog.locale)).get_display_name('en')} strings of Copydesk."
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=120, sort_output=True, include_lineno=False, omit_header=False)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_PASSING)).encode()


def _as_mo(catalog: Catalog) -> bytes:
    """The same bytes for the same strings, whenever and with whichever Babel they are made."""
    plain = _Plain(catalog)
    for message in sorted(_messages(catalog), key=lambda message: str(message.id)):
        if _is_whole(message) and not message.fuzzy:
            plain.add(message.id, message.string, context=message.context)
    buffer = io.BytesIO()
    write_mo(buffer, plain)
    return buffer.getvalue()


class _Plain(Catalog):
    """A catalogue whose header says how to read it and to count, and nothing of when it was made."""

    def __init__(self, whole: Catalog) -> None:
        super().__init__(locale=whole.locale, charset="utf-8")
        self.counting = whole.plural_forms

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [("Content-Type", "text/plain; charset=utf-8"), ("Plural-Forms", self.counting)]
