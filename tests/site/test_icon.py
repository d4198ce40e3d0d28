"""What browsers show in the tab, asked for at an address of their own choosing."""

from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.factories import Make
from tests.site.conftest import Decide


def test_the_icon_is_ours_until_the_site_has_a_logo(
    browser: Browser, session: Session, make: Make, decide: Decide
) -> None:
    ours = browser.get("/favicon.ico")
    logo = make.media()
    decide(logo_id=logo.id)
    session.commit()
    theirs = browser.get("/favicon.ico")

    assert ours.status_code == theirs.status_code == 302
    assert browser.get(ours.location).mimetype == "image/svg+xml"
    assert theirs.location.startswith(f"/media/{logo.id}/")
    assert f'rel="icon" href="{theirs.location}"' in browser.get("/").text
