"""People who gave no name of their own are called by their username, wherever one chooses among people."""

from bs4 import BeautifulSoup


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


def choices(page, name: str) -> list[str]:
    """What a filter offers, be it a select or boxes to tick."""
    offered = page.select(f"select[name={name}] option, label:has(input[name={name}])")
    return [one.get_text(strip=True) for one in offered]


def test_filters_and_their_chips_call_them_by_their_username(desk, session, make):
    person = make.user("author", username="noname", display_name="")
    make.post(author=person)
    make.media(uploaded_by_id=person.id)
    session.commit()

    posts = soup(desk.get(f"/admin/posts/?author={person.id}"))

    assert "noname" in choices(posts, "author")
    assert "noname" in posts.select_one(".chip").text
    assert "noname" in choices(soup(desk.get("/admin/media/")), "by")


def test_the_form_of_a_post_and_the_record_call_them_so_too(browser, session, make):
    owner = make.user("owner", username="noname", display_name="")
    post = make.post(author=owner)
    session.commit()
    browser.sign_in(owner)

    assert "noname" in choices(soup(browser.get(f"/admin/posts/edit/?id={post.id}")), "author_id")
    assert "noname" in choices(soup(browser.get("/admin/activity/")), "person")


def test_somebody_whose_account_was_erased_has_no_empty_menu(desk, session, make):
    make.user(anonymised_at=make.at, active=False)
    session.commit()

    menus = soup(desk.get("/admin/users/")).select("td.more details")

    assert menus
    assert all(menu.select("li") for menu in menus)


def test_a_column_is_sorted_by_what_it_shows(desk, session, make):
    make.user(username="aaa", display_name="Zoe")
    make.user(username="zzz", display_name="Abe")
    make.role(name="a", label="Zebra keepers")
    make.role(name="z", label="Ape keepers")
    session.commit()

    usernames = [one.text for one in soup(desk.get("/admin/users/?sort=username")).select("td.username")]
    roles = [one.text for one in soup(desk.get("/admin/roles/?sort=label")).select("td.lead a")]

    assert usernames == sorted(usernames)
    assert {"aaa", "zzz"} <= set(usernames)
    assert roles == sorted(roles)
