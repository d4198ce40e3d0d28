"""Public pages in the theme that the owner chose, with `instance/theme/` over it for as long as that works.

Templates there are code of whoever holds the server, and are trusted as such. One that fails takes nothing down:
visitors get the page as the theme has it without them, and owners are told the file and the line.
"""

import logging
import traceback
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, has_app_context
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, TemplateSyntaxError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from cms.core.errors import CmsError
from cms.themes import shelf as shelves
from cms.themes.look import look_of
from cms.themes.shelf import DEFAULT, TEMPLATES, Layers, Shelf
from cms.web import static
from cms.web.proxies import this_app
from cms.web.theme_files import ThemeFiles
from cms.web.trial import is_trial
from cms.web.visitors import settings

log = logging.getLogger(__name__)

REGISTRY = "copydesk_themes"
#: What goes wrong in a template without being its fault.
NOT_ITS_FAULT = (DBAPIError, PoolTimeout, CmsError, HTTPException)
#: In front of the name of a template: as the theme has it. The name of the default theme stands there for itself.
AS_SHIPPED = "shipped"


class Themes:
    """Of one application. `faults` are what went wrong in `instance/theme/` since this process began, by place."""

    def __init__(self, app: Flask, shelf: Shelf) -> None:
        self.shelf = shelf
        self.files = ThemeFiles(app, shelf, static.host_of(app))
        self.faults: dict[str, str] = {}
        self._environments: dict[tuple[str, bool], Environment] = {}

    def environment(self, name: str, *, with_own: bool) -> Environment:
        """Jinja's as the application has it, looking first where the theme is."""
        layers = self.shelf.layers(name, with_own=with_own)
        key = (layers.theme.name, with_own)
        if key not in self._environments:
            base = current_app.jinja_env
            self._environments[key] = base.overlay(loader=_loader(self.shelf, layers, base))
        return self._environments[key]

    def render(self, name: str, template: str, values: dict[str, Any], *, with_own: bool) -> str:
        values = dict(values)
        current_app.update_template_context(values)
        return self.environment(name, with_own=with_own).get_template(template).render(values)


def init_app(app: Flask, instance: Path) -> None:
    app.extensions[REGISTRY] = Themes(app, Shelf(instance))
    shelves.ask(_shelf)
    app.jinja_env.globals.update(theme_url=theme_url, look_url=look_url, is_trial=is_trial)


def themes() -> Themes:
    """Of the application that answers this request."""
    found: Themes = this_app().extensions[REGISTRY]
    return found


def render(template: str, **values: Any) -> str:
    """A public page."""
    if _with_own():
        try:
            return themes().render(_chosen(), template, values, with_own=True)
        except NOT_ITS_FAULT:
            raise
        except Exception as error:
            fault = fault_of(error, themes().shelf.own)
            if fault is None:
                raise
            place, message = fault
            themes().faults[place] = message
            log.error("theme: %s: %s", place, message)
            g.without_own_theme = True
    return themes().render(_chosen(), template, values, with_own=False)


def fault_of(error: Exception, own: Path | None) -> tuple[str, str] | None:
    """File and line in `instance/theme/` that an error came by, and what it says; None where it has no part in it."""
    if own is None:
        return None
    frames = traceback.extract_tb(error.__traceback__)
    places = [(frame.filename, frame.lineno) for frame in frames]
    if isinstance(error, TemplateSyntaxError):
        places.append((error.filename or "", error.lineno))
    ours = [(Path(name), line) for name, line in places if Path(name).is_relative_to(own)]
    if not ours:
        return None
    name, line = ours[-1]
    return f"{name}, line {line}", f"{type(error).__name__}: {error}".splitlines()[0]


def theme_url(filename: str) -> str:
    """The address of a static file of the theme."""
    return themes().files.address(_chosen(), filename, with_own=_with_own())


def has_own_pieces() -> bool:
    """Whether this page may be made of macros that are not those of the themes."""
    return _with_own() and themes().shelf.has_own_pieces


def look_url() -> str:
    """The address of the sheet with what the owner chose; empty where all is left to the theme."""
    if g._get_current_object().get("failing"):
        return ""
    look = look_of(settings().as_dict())
    return themes().files.look_address(_chosen(), look) if look else ""


def _chosen() -> str:
    """The default where settings cannot be asked for, or name a theme that this version does not have."""
    name = DEFAULT if g._get_current_object().get("failing") else settings().theme
    return name if name in themes().shelf.themes else DEFAULT


def _with_own() -> bool:
    return themes().shelf.own is not None and not g.get("without_own_theme")


def _shelf() -> Shelf:
    return themes().shelf if has_app_context() else Shelf()


def _loader(shelf: Shelf, layers: Layers, base: Environment) -> ChoiceLoader:
    """A template that takes the place of another may extend it: `shipped/…` is as the theme, `copydesk/…` the default.

    Names without either begin at the top again, so that an override counts wherever a page is used.
    """
    shipped = shelf.layers(layers.theme.name, with_own=False)
    prefixed = PrefixLoader({AS_SHIPPED: _first_of(shipped), DEFAULT: _first_of(shelf.layers(DEFAULT, with_own=False))})
    rest = [] if base.loader is None else [base.loader]
    return ChoiceLoader([_first_of(layers), prefixed, *rest])


def _first_of(layers: Layers) -> ChoiceLoader:
    return ChoiceLoader([FileSystemLoader(part) for part in reversed(list(layers.existing(TEMPLATES)))])
