"""What is wrong in `instance/theme/`, said with file and line before a visitor would notice."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from flask import current_app
from jinja2 import TemplateSyntaxError

from cms.settings.queries import SiteSettings
from cms.themes.shelf import TEMPLATES, TOKENS
from cms.themes.tokens import unreadable
from cms.web.themes import themes
from cms.web.trial import page_with


def faults_of_own(settings: SiteSettings, paths: Iterable[str]) -> list[str]:
    """Templates that cannot be read, colours that cannot be judged, and what goes wrong on these pages."""
    own = themes().shelf.own
    if own is None:
        return []
    for path in paths:
        page_with(path, settings)
    found = [*_of_templates(own / TEMPLATES), *_of_tokens(own / TOKENS)]
    return found + [f"{place}: {message}" for place, message in themes().faults.items() if place not in str(found)]


def _of_templates(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.html")):
        try:
            current_app.jinja_env.parse(path.read_text("utf-8"), filename=str(path))
        except TemplateSyntaxError as error:
            yield f"{path}, line {error.lineno}: {error.message}"
        except UnicodeDecodeError:
            yield f"{path} is not UTF-8."


def _of_tokens(path: Path) -> Iterator[str]:
    if not path.is_file():
        return
    try:
        for token in unreadable(path.read_text("utf-8")):
            yield f"{path}: {token} must be light-dark(#rrggbb, #rrggbb), or nobody can tell its contrast."
    except UnicodeDecodeError:
        yield f"{path} is not UTF-8."
