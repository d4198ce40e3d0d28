"""Static files under an address that changes with their content, so that browsers keep them for ever.

The digest is of the whole tree and stands in front of the path: relative imports of ES modules stay within it. They
are bundled and compressed once for an installation, and served before Flask is asked.
"""

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask, Response, send_from_directory
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from cms.web import bundling
from config import Config

FOLDER = Path(__file__).resolve().parent.parent / "static"
YEAR = 31_536_000
#: Files may come from another host (CMS_ASSET_URL), which modules and their imports ask for as strangers.
ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
REGISTRY = "copydesk_static"


@dataclass(frozen=True)
class Served:
    """What answers for static files, and under which name."""

    files: WhiteNoise
    host: str


def init_app(app: Flask, config: Config) -> None:
    tree = digest_of(FOLDER)
    host = config.asset_url.rstrip("/") if config.asset_url else ""
    app.add_url_rule("/static/<tree>/<path:filename>", "static", _serve)
    app.jinja_env.globals["static_url"] = lambda filename: f"{host}/static/{tree}/{filename}"
    files = WhiteNoise(
        app.wsgi_app,
        add_headers_function=_add_headers,
        immutable_file_test=lambda _path, _url: True,
    )
    app.wsgi_app = files  # type: ignore[method-assign]
    app.extensions[REGISTRY] = Served(files, host)
    serve(app, compressed(FOLDER, Path(app.instance_path) / "static", tree), f"static/{tree}")


def serve(app: Flask, folder: Path, prefix: str) -> None:
    """Answer for the files of this folder before Flask is asked; their address must change with what they hold."""
    served: Served = app.extensions[REGISTRY]
    served.files.add_files(str(folder), prefix=prefix)


def host_of(app: Flask) -> str:
    """Where browsers fetch static files; empty for the site itself."""
    served: Served = app.extensions[REGISTRY]
    return served.host


def digest_of(folder: Path) -> str:
    """Twelve hexadecimal digits over the names and bytes of every file, and over how they are bundled."""
    digest = hashlib.sha256(Path(bundling.__file__).read_bytes())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def compressed(folder: Path, store: Path, tree: str) -> Path:
    """A copy of the folder, bundled, each file with its compressed twin; whole or not there, whoever starts at once."""
    kept = store / tree
    if kept.is_dir():
        return kept
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store) as workshop:
        copy = Path(workshop) / tree
        shutil.copytree(folder, copy)
        compressor = Compressor(quiet=True)
        for path in [path for path in folder.rglob("*") if path.is_file()]:
            twin = copy / path.relative_to(folder)
            if path.suffix in (".css", ".js"):
                twin.write_text(bundling.bundled(path), "utf-8")
            compressor.compress(str(twin))
        try:
            copy.rename(kept)
        except OSError:  # somebody else was faster
            if not kept.is_dir():
                raise
    _forget_others(store, tree)
    return kept


def _forget_others(store: Path, tree: str) -> None:
    """Copies of versions before; what is just being made has a name that no digest has."""
    for other in store.iterdir():
        if other.name != tree and len(other.name) == len(tree):
            shutil.rmtree(other, ignore_errors=True)


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    for name, value in ALWAYS.items():
        headers[name] = value


def _serve(tree: str, filename: str) -> Response:
    """Any digest is served, so that pages of the version before still find their style during a roll-out."""
    return for_ever(send_from_directory(FOLDER, filename, max_age=YEAR))


def for_ever(response: Response) -> Response:
    """To be kept by whoever asked: another content has another address."""
    response.cache_control.public = True
    response.cache_control.max_age = YEAR
    response.cache_control.immutable = True
    response.headers.update(ALWAYS)
    return response
