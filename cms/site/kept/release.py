"""What tells kept pages of one version of the code, or of the settings around it, from those of another."""

import hashlib

from config import ROOT, Config

_KINDS = {".py", ".html", ".mo", ".css", ".js", ".svg"}


def release_of(config: Config) -> str:
    """Sixteen hexadecimal digits over every file that has a say in a page, the same on every machine."""
    digest = hashlib.sha256(repr((config.base_url, config.asset_url, config.env, config.database_url)).encode())
    for path in sorted(path for path in (ROOT / "cms").rglob("*") if path.suffix in _KINDS):
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
