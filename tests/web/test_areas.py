"""Which part of the product an address belongs to, whatever words begin alike."""

import pytest
from sqlalchemy.orm import Session

from cms.posts.lifecycle import PUBLISHED
from tests.browser import Browser
from tests.factories import Make

#: Slugs of pages that begin as addresses of the back office and of accounts do.
ALIKE = ("accounting", "administration", "login-help", "logouts", "registered")


@pytest.fixture
def reader(browser: Browser, session: Session, make: Make) -> Browser:
    """Somebody signed in who has a site with such pages."""
    owner = make.owner()
    for slug in ALIKE:
        make.page(slug=slug, status=PUBLISHED)
    session.commit()
    return browser.sign_in(owner)


@pytest.mark.parametrize("slug", ALIKE)
def test_a_page_whose_address_begins_like_a_private_one_is_public(reader: Browser, slug: str) -> None:
    page = reader.get(f"/{slug}")

    assert page.status_code == 200
    assert page.headers["Cache-Control"].startswith("public")
    assert "Cookie" not in page.headers.get("Vary", "")


def test_an_address_that_begins_like_the_back_office_gets_the_site_s_error_page(reader: Browser) -> None:
    assert "site-lost.svg" in reader.get("/administrator").text
    assert "site-lost.svg" not in reader.get("/admin/no-such-thing").text


@pytest.mark.parametrize("path", ["/admin/", "/admin/no-such-thing", "/account", "/account/none", "/login", "/reset"])
def test_what_is_private_is_kept_by_nobody(reader: Browser, path: str) -> None:
    assert reader.get(path).headers["Cache-Control"] == "no-store"
