"""Static files under an address that changes with their content, so that browsers keep them for ever.

The digest is of the whole tree and stands in front of the path: relative imports of ES modules stay within it.
"""

import hashlib
from pathlib import Path

from flask import Flask, Response, send_from_directory

from config import Config

FOLDER = Path(__file__).resolve().parent.parent / "static"


def init_app(app: Flask, config: Config) -> None:
    tree = digest_of(FOLDER)
    host = config.asset_url.rstrip("/") if config.asset_url else ""
    app.add_url_rule("/static/<tree>/<path:filename>", "static", _serve)
    app.jinja_env.globals["static_url"] = lambda filename: f"{host}/static/{tree}/{filename}"


def digest_of(folder: Path) -> str:
    """Twelve hexadecimal digits over the names and bytes of every file."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _serve(tree: str, filename: str) -> Response:
    """Any digest is served, so that pages of the version before still find their style during a roll-out."""
    response = send_from_directory(FOLDER, filename, max_age=31_536_000)
    response.cache_control.public = True
    response.cache_control.immutable = True
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
