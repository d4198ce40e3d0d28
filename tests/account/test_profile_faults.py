"""/account says all that is wrong with a profile at once, and keeps what was typed."""

from sqlalchemy.orm import Session

from cms.accounts.models import User
from tests.browser import Browser


def test_every_field_at_fault_is_marked(browser: Browser, session: Session, person: User) -> None:
    before = person.display_name
    wrong = {"display_name": "x" * 81, "bio": "y" * 1001, "timezone": "Europe/Atlantis", "locale": "tlh"}

    answer = browser.sign_in(person).post("/account", wrong)

    assert answer.status_code == 422
    assert answer.text.count("characters, please.") == 2 * 2  # above the form, and beside the field
    assert "There is no such time zone." in answer.text
    assert "Choose one of the languages in the list." in answer.text
    assert answer.text.count('aria-invalid="true"') == len(wrong)
    assert "x" * 81 in answer.text
    session.refresh(person)
    assert person.display_name == before
