"""The shared collection of hostile uploads, where it is present."""

import json
from pathlib import Path
from typing import Any

import pytest

from cms.core.errors import CmsError
from cms.media import actions
from cms.media.models import MediaKind

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "hostile"
CASES: list[dict[str, Any]] = (
    json.loads((FOLDER / "uploads.json").read_text())["items"] if (FOLDER / "uploads.json").exists() else []
)


@pytest.mark.shared_data
@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["send_as"]))
def test_every_hostile_upload_ends_as_it_should(case: dict[str, Any], tmp_path: Path) -> None:
    with (FOLDER / "uploads" / case["file"]).open("rb") as file:
        sent = file.read()
        if case["expect"] == "reject":
            with pytest.raises(CmsError):
                actions.prepare(file, case["send_as"], storage_url=tmp_path.as_uri())
            assert list(tmp_path.rglob("*")) == []
            return
        prepared = actions.prepare(file, case["send_as"], storage_url=tmp_path.as_uri())

    (stored,) = (path for path in tmp_path.rglob("*") if path.is_file())
    if case["expect"] == "attachment":
        assert prepared.kind is MediaKind.DOCUMENT
    else:
        assert prepared.kind is MediaKind.IMAGE
        assert prepared.filename.endswith((".png", ".jpg", ".webp"))
    if case["expect"] == "reencode":
        assert stored.read_bytes() != sent
        assert not any(payload in stored.read_bytes() for payload in (b"<script", b"PK\x03\x04"))
