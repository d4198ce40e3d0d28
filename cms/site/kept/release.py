"""What tells kept pages of one version of the code, or of the settings around it, from those of another."""

import hashlib
from collections.abc import Iterator, Set
from pathlib import Path

from cms.themes.shelf import OWN
from config import ROOT, Config

_KINDS = {".py", ".html", ".mo", ".css", ".js", ".svg", ".toml"}


def release_of(config: Config) -> str:
    """Sixteen hexadecimal digits over every file that has a say in a page, the same on every machine."""
    said = (config.base_url, config.asset_url, config.env, config.database_url, config.is_rehearsal)
    digest = hashlib.sha256(repr(said).encode())
    for path, name in sorted((*_of(ROOT / "cms", _KINDS), *_of(config.instance / OWN, None))):
        digest.update(f"{name}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _of(folder: Path, kinds: Set[str] | None) -> Iterator[tuple[Path, str]]:
    """Its files of these kinds, or all, and what they are called within it."""
    for path in folder.rglob("*"):
        if path.is_file() and (kinds is None or path.suffix in kinds):
            yield path, path.relative_to(folder).as_posix()
