"""What the documents lead to is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/*.md")])
#: A link in brackets, and a document that is named in passing from within `docs/`.
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
NAMED = re.compile(r"`(?:docs/)?((?:decisions/)?[\w-]+\.md)`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    text = document.read_text()

    lost = [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    lost += [name for name in NAMED.findall(text) if not ((ROOT / name).exists() or (ROOT / "docs" / name).exists())]
    assert lost == []
