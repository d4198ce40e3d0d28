"""What stands around every page: the site's name, its menu, its foot, and what machines read in its head."""

from dataclasses import dataclass

from flask import g, request

from cms.media.shown import Pictured
from cms.settings.menu import parse
from cms.settings.queries import SiteSettings
from cms.site.keeping import is_hidden
from cms.web import runtime, settings
from cms.web.languages import RIGHT_TO_LEFT
from cms.web.pictures import picture

#: Lacks the ending that says the format.
FEED_PATH = "/feed"


@dataclass(frozen=True)
class MenuEntry:
    """A line of the menu; `here` marks the page that is being read."""

    label: str
    address: str
    here: bool


@dataclass(frozen=True)
class Frame:
    """Everything that the base template prints of the site itself."""

    title: str
    tagline: str
    about: str
    logo: Pictured | None
    menu: tuple[MenuEntry, ...]
    foot: tuple[MenuEntry, ...]
    is_hidden: bool
    feed: str
    by_mail: bool

    def absolute(self, path: str) -> str:
        """The address that the world knows, whatever host this request was sent to."""
        return f"{runtime().config.base_url}{path}"


def frame() -> Frame:
    """Put together once a request."""
    here = g._get_current_object()  # a werkzeug proxy; a page asks some ten times
    found: Frame | None = here.get("site_frame")
    if found is None:
        found = here.site_frame = _frame(settings(), request.path)
    return found


def _frame(site: SiteSettings, path: str) -> Frame:
    return Frame(
        title=site.title,
        tagline=site.tagline,
        about=site.about,
        logo=picture(site.logo_id),
        menu=menu(site.menu, path),
        foot=menu(site.foot_menu or site.menu, path),
        is_hidden=is_hidden(),
        feed=FEED_PATH,
        by_mail=site.subscriptions,
    )


def menu(lines: list[str], path: str) -> tuple[MenuEntry, ...]:
    """What the lines say; one that says nothing is left out."""
    entries = filter(None, map(parse, lines))
    return tuple(MenuEntry(label, address, address == path) for label, address in entries)


def direction_of(language: str | None) -> str | None:
    """For a text in a language of its own; None where it is the site's."""
    if not language:
        return None
    return "rtl" if language.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr"
