"""What authors may write looks the same in the editor's preview as to readers, in every theme."""

import re
from pathlib import Path

import pytest

import cms
from cms.core.sanitize import CLASSES

SHEETS = Path(cms.__file__).parent
FOR_PROSE = [SHEETS / "static" / "admin-editor.css", *SHEETS.glob("themes/shipped/*/static/site.css")]
#: What a cell has without a word about it.
PLAIN = {"align-left"}


@pytest.mark.parametrize("sheet", FOR_PROSE, ids=lambda sheet: str(sheet.relative_to(SHEETS)))
def test_columns_of_a_table_stand_where_their_author_put_them(sheet: Path) -> None:
    styled = set(re.findall(r"\.prose \.([a-z-]+) ?\{ ?text-align", sheet.read_text("utf-8")))

    assert styled >= CLASSES["td"] - PLAIN
