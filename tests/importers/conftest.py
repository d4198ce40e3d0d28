"""The files that the importers are tried on: our own always, the real ones where they are."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cms.importers.ghost import read_ghost
from cms.importers.parsed import ParsedSite
from cms.importers.wordpress import read_wordpress

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session")
def small_export() -> Path:
    return FIXTURES / "small.wordpress.xml"


@pytest.fixture(scope="session")
def small_site(small_export: Path) -> ParsedSite:
    return read_wordpress(small_export)


@pytest.fixture(scope="session")
def theme_test_export(shared_data: Path) -> Path:
    return shared_data / "wordpress" / "themeunittestdata.wordpress.xml"


@pytest.fixture(scope="session")
def theme_test_site(theme_test_export: Path) -> ParsedSite:
    return read_wordpress(theme_test_export)


@pytest.fixture(scope="session")
def ghost_site() -> ParsedSite:
    return read_ghost(FIXTURES / "small.ghost.json")


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., ParsedSite]:
    """Reads what a test made as a Ghost export."""

    def reading(content: object, **options: str) -> ParsedSite:
        path = tmp_path / "export.json"
        text = content if isinstance(content, bytes | str) else json.dumps(content)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_ghost(path, **options)

    return reading


@pytest.fixture(scope="session")
def theme_test_ghost(shared_data: Path) -> Path:
    return shared_data / "ghost" / "ghost-theme-unit-test.json"


@pytest.fixture(scope="session")
def flask_deep_dive(shared_data: Path) -> Path:
    return shared_data / "markdown" / "flask-deep-dive.md"
