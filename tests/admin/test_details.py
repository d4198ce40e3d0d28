"""What the details of a record, its line in the list and its line in the file say."""

import csv
import io

from bs4 import BeautifulSoup

from cms.posts.lifecycle import PUBLISHED
from cms.redirects.models import Redirect


def facts(page: str) -> dict[str, str]:
    """The list of facts: label → value."""
    found = BeautifulSoup(page, "html.parser").select_one("dl.facts")
    assert found is not None
    return {
        label.text.strip(): value.get_text(" ", strip=True)
        for label, value in zip(found("dt"), found("dd"), strict=True)
    }


def exported(page: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page.removeprefix("\ufeff"))))


def redirect_to(session, make, post):
    found = Redirect(from_path="/old", post_id=post.id, status=301, created_at=make.at, updated_at=make.at)
    session.add(found)
    session.commit()
    return found


def test_a_redirect_that_follows_a_post_says_where_it_leads(desk, session, make):
    post = make.post(status=PUBLISHED, title="Target", slug="target")
    redirect = redirect_to(session, make, post)

    shown = facts(desk.get(f"/admin/redirects/details/?id={redirect.id}").text)["Leads to"]
    [line] = exported(desk.get("/admin/redirects/export/csv/").text)

    assert "Target" in shown
    assert "/posts/target" in shown
    assert line["Follows post"] == str(post.id)


def test_a_redirect_to_nowhere_says_so(desk, session, make):
    redirect = Redirect(from_path="/old", status=410, created_at=make.at, updated_at=make.at)
    session.add(redirect)
    session.commit()

    assert "gone" in facts(desk.get(f"/admin/redirects/details/?id={redirect.id}").text)["Leads to"]


def test_a_tag_in_use_says_how_many_posts_it_has(desk, session, make):
    tag = make.tag("Harbour")
    make.post(tags=[tag])
    session.commit()

    assert facts(desk.get(f"/admin/tags/details/?id={tag.id}").text)["Posts"] == "1"


def test_a_nested_page_is_shown_at_its_whole_address(desk, session, make):
    about = make.page(title="About", slug="about", status=PUBLISHED)
    team = make.page(title="Team", slug="team", parent_id=about.id, status=PUBLISHED)
    plans = make.page(title="Plans", slug="plans", parent_id=team.id)
    later = make.page(title="Later", slug="later", parent_id=plans.id)
    redirect = redirect_to(session, make, later)

    def address(page):
        return facts(desk.get(f"/admin/pages/details/?id={page.id}").text)["Address"]

    assert [address(page) for page in (about, team, plans, later)] == [
        "/about",
        "/about/team",
        "/about/team/plans",
        "/about/team/plans/later",
    ]
    listed = BeautifulSoup(desk.get("/admin/pages/").text, "html.parser").select("td.lead .sub span")
    assert {span.text for span in listed} >= {"/about/team/plans", "/about/team/plans/later"}
    editor = BeautifulSoup(desk.get(f"/admin/pages/edit/?id={later.id}").text, "html.parser")
    assert editor.select_one(".glued span").text == "/about/team/plans/"
    assert "/about/team/plans/later" in desk.get(f"/admin/redirects/details/?id={redirect.id}").text


def test_drafts_below_other_pages_cost_the_list_no_question_each(desk, session, make, engine):
    from tests.counting import counted

    def draft_below_draft():
        top = make.page()
        make.page(parent_id=top.id)
        session.commit()

    draft_below_draft()
    with counted(engine) as few:
        desk.get("/admin/pages/")
    for _number in range(6):
        draft_below_draft()
    with counted(engine) as many:
        desk.get("/admin/pages/")

    assert len(many) == len(few)
