"""What a backup says of itself: enough to check it, and to know whether this version can take it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

FORMAT = 1


@dataclass(frozen=True)
class Contents:
    """What is in a database: its migration, the rows of each table, and the digest of every file it speaks of.

    `generation` is the number of `core.generation`, which is 0 where there is none; `tokens` are the digests of access
    tokens that nobody revoked.
    """

    head: str
    counts: dict[str, int]
    digests: frozenset[str]
    generation: int
    tokens: frozenset[str]


@dataclass(frozen=True)
class Manifest:
    """`database` is sqlite or postgresql, `digest` and `bytes` are of the file that holds it.

    `files` are counted here and named in a file beside; `missing` are those that the storage did not have; `key_mark`
    tells one CMS_SECRET_KEY from another.
    """

    made_at: datetime
    database: str
    file: str
    digest: str
    bytes: int
    head: str
    counts: dict[str, int]
    files: int
    files_bytes: int
    missing: list[str]
    key_mark: str
    job_id: int | None = None
    format: int = FORMAT

    @property
    def size(self) -> int:
        """As much as it would take alone; files are shared with the other backups."""
        return self.bytes + self.files_bytes

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"made_at": self.made_at.isoformat()}

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """ValueError where it is none, or one of a later version."""
        try:
            told = json.loads(path.read_text())
            manifest = cls(**(told | {"made_at": datetime.fromisoformat(told["made_at"])}))
        except (TypeError, KeyError) as error:
            raise ValueError("This is no manifest.") from error
        if manifest.format != FORMAT:
            raise ValueError("This manifest is of another version.")
        return manifest
