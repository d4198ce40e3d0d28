"""What themes serve: their static files, put together out of the layers of each, and the sheet of what an owner chose.

Both have an address that changes with what they say, so that browsers keep them for ever.
"""

import shutil
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, make_response, send_from_directory

from cms.themes.look import Look, digest, read, sheet
from cms.themes.shelf import STATIC, TOKENS, Layers, Shelf
from cms.web import static
from cms.web.gate import PUBLIC, declare

#: For a sheet whose theme is not that of the address any more, as in the middle of a roll-out.
SOON = 60


@dataclass(frozen=True)
class Tree:
    """The static files of a theme, whole and compressed."""

    folder: Path
    address: str


class ThemeFiles:
    """Of one application; `host` is where static files are fetched from, if elsewhere."""

    def __init__(self, app: Flask, shelf: Shelf, host: str) -> None:
        self._shelf, self._host = shelf, host
        self._trees: dict[tuple[str, bool], Tree] = {}
        store = Path(app.instance_path) / "static-themes"
        for name in shelf.themes:
            for with_own in {False, shelf.own is not None}:
                self._trees[name, with_own] = _tree(app, shelf.layers(name, with_own=with_own), store, with_own)
        self.sheet = lru_cache(maxsize=128)(self._sheet)
        app.add_url_rule("/static/theme/<name>/<tree>/<path:filename>", "theme_static", self._serve)
        app.add_url_rule("/static/look/<tree>/<name>/<spec>.css", "theme_look", self._serve_sheet)
        for endpoint in ("theme_static", "theme_look"):
            declare(app, endpoint, PUBLIC)

    def address(self, name: str, filename: str, *, with_own: bool) -> str:
        return f"{self._host}{self._tree_of(name, with_own).address}/{filename}"

    def look_address(self, name: str, look: Look) -> str:
        return f"{self._host}/static/look/{digest(self.sheet(name, look.spec))}/{name}/{look.spec}.css"

    def _tree_of(self, name: str, with_own: bool) -> Tree:
        return self._trees[name, with_own and self._shelf.own is not None]

    def _sheet(self, name: str, spec: str) -> str:
        """Empty for what we never made."""
        look = read(spec)
        return sheet(look, self._shelf.layers(name).palette) if look else ""

    def _serve(self, name: str, tree: str, filename: str) -> Response:
        """Any digest is served, so that pages of the version before still find their style during a roll-out."""
        theme, _point, own = name.partition(".")
        if theme not in self._shelf.themes or own not in ("", "own"):
            abort(404)
        folder = self._tree_of(theme, bool(own)).folder
        return static.for_ever(send_from_directory(folder, filename, max_age=static.YEAR))

    def _serve_sheet(self, tree: str, name: str, spec: str) -> Response:
        text = self.sheet(name, spec) if name in self._shelf.themes else ""
        if not text:
            abort(404)
        response = make_response(text)
        response.mimetype = "text/css"
        if digest(text) == tree:
            return static.for_ever(response)
        response.headers.update(static.ALWAYS)
        response.cache_control.max_age = SOON
        return response


def _tree(app: Flask, layers: Layers, store: Path, with_own: bool) -> Tree:
    """The files of a later layer take the place of those of an earlier one; tokens of all layers count."""
    name = f"{layers.theme.name}{'.own' if with_own else ''}"
    with tempfile.TemporaryDirectory() as workshop:
        files = Path(workshop) / "files"
        files.mkdir()
        for part in layers.existing(STATIC):
            shutil.copytree(part, files, dirs_exist_ok=True)
        (files / TOKENS).write_text(layers.tokens(), "utf-8")
        tree = static.digest_of(files)
        folder = static.compressed(files, store / name, tree)
    static.serve(app, folder, f"static/theme/{name}/{tree}")
    return Tree(folder, f"/static/theme/{name}/{tree}")
