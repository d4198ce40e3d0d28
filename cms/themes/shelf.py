"""The themes of an installation: those that come with Copydesk, and `instance/theme/` over whichever is chosen.

A theme is a folder: `theme.toml` says what it is called, `tokens.css` decides colours, space and type, `static/` is
served, and `templates/site/` holds pages. Whatever it lacks is the default theme's.
"""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cms.themes.tokens import Palette, palette

SHIPPED = Path(__file__).resolve().parent / "shipped"
DEFAULT = "copydesk"
#: In the folder of an installation.
OWN = "theme"
MANIFEST, TOKENS, STATIC, TEMPLATES = "theme.toml", "tokens.css", "static", "templates"
#: Templates that are only a part of pages.
PIECES = "_*.html"
#: What every page of the product has, before any theme.
_PRODUCT = Path(__file__).resolve().parent.parent / "static" / TOKENS


class BadManifest(Exception):
    """A theme.toml that cannot be read, or says too little; the text names the file."""


@dataclass(frozen=True)
class Theme:
    """A theme that comes with Copydesk."""

    name: str
    label: str
    folder: Path


@dataclass(frozen=True)
class Layers:
    """The folders that a page is made of, the last of which wins."""

    theme: Theme
    folders: tuple[Path, ...]

    def tokens(self) -> str:
        """What all of them decide, one after the other."""
        parts = (_PRODUCT, *(folder / TOKENS for folder in self.folders))
        return "\n".join(part.read_text("utf-8") for part in parts if part.is_file())

    @cached_property
    def palette(self) -> Palette:
        return palette(self.tokens())

    def existing(self, part: str) -> Iterator[Path]:
        """A part of each layer that has it, the first one first."""
        return (folder / part for folder in self.folders if (folder / part).exists())


class Shelf:
    """Of one installation; looked through once, when an application is made."""

    def __init__(self, instance: Path | None = None) -> None:
        self.themes = shipped()
        self.own = instance / OWN if instance is not None and (instance / OWN).is_dir() else None
        #: Whether pieces of pages, such as a card, are not those of the themes.
        self.has_own_pieces = self.own is not None and any((self.own / TEMPLATES).rglob(PIECES))
        default = self.themes[DEFAULT].folder
        self._layers: dict[tuple[str, bool], Layers] = {}
        for name, theme in self.themes.items():
            folders = (default,) if name == DEFAULT else (default, theme.folder)
            self._layers[name, False] = self._layers[name, True] = Layers(theme, folders)
            if self.own is not None:
                self._layers[name, True] = Layers(theme, (*folders, self.own))

    def layers(self, name: str, *, with_own: bool = True) -> Layers:
        """A theme that this version does not have is the default one."""
        return self._layers[name if name in self.themes else DEFAULT, with_own]


def shipped() -> dict[str, Theme]:
    """The default first, the others by name."""
    folders = sorted(SHIPPED.iterdir(), key=lambda folder: (folder.name != DEFAULT, folder.name))
    return {folder.name: Theme(folder.name, label_of(folder), folder) for folder in folders if folder.is_dir()}


def label_of(folder: Path) -> str:
    """What its manifest calls it; BadManifest where that says nothing."""
    path = folder / MANIFEST
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadManifest(f"{path}: {error}") from error
    name = said.get("name")
    if not isinstance(name, str) or not name.strip():
        raise BadManifest(f'{path}: it has no name = "…".')
    return name.strip()


_current: list[Callable[[], Shelf]] = []
_without = Shelf()


def ask(current: Callable[[], Shelf]) -> None:
    """Whom to ask for the shelf of the application at work; done once, when an application is made."""
    _current[:] = [current]


def shelf() -> Shelf:
    """Of the application at work; without one, what comes with Copydesk."""
    return _current[0]() if _current else _without
