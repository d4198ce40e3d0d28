"""How people come to a site: an owner adds them, and they choose a password behind the link in their mail."""

from playwright.sync_api import Page, expect

PASSWORD = "seven green benches"


def add_person(page: Page, email: str, username: str, name: str, *, role: str) -> None:
    """Through the back office, by somebody who manages people."""
    page.goto("/admin/users/")
    page.get_by_role("link", name="Add a person").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Username").fill(username)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("checkbox", name=role).check()
    page.get_by_role("button", name="Add and send the invitation").click()
    expect(page.get_by_text(f"{name} was added")).to_be_visible()


def choose_first_password(page: Page, link: str) -> None:
    """In the browser of the person who got the mail; a second try shows that the link is used up."""
    page.goto(link)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Save password").click()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not work any more")
