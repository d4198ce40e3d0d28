"""The files that the importers are tried on: our own always, the real ones where they are."""

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


@pytest.fixture(scope="session")
def theme_test_ghost(shared_data: Path) -> Path:
    return shared_data / "ghost" / "ghost-theme-unit-test.json"


@pytest.fixture(scope="session")
def flask_deep_dive(shared_data: Path) -> Path:
    return shared_data / "markdown" / "flask-deep-dive.md"
