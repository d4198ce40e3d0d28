"""Tags through the back office, which is also where the base view's own behaviour is tried."""

from sqlalchemy import func, select

from cms.audit.models import Batch, Event
from cms.taxonomy.models import Tag
from tests.counting import counted


def test_an_editor_makes_a_tag_and_its_address_comes_from_the_name(browser, session, make):
    editor = make.editor()
    session.commit()

    answer = browser.sign_in(editor).post("/admin/tags/new/", {"name": "Night Ferries", "description": "At sea."})

    assert answer.status_code == 302
    tag = session.scalars(select(Tag)).one()
    assert (tag.name, tag.slug, tag.description) == ("Night Ferries", "night-ferries", "At sea.")
    assert "was created" in browser.get(answer.location).text


def test_a_refused_form_comes_back_with_what_was_typed_and_the_fault_on_its_field(browser, session, make):
    editor = make.editor()
    make.tag("Sea")
    session.commit()

    answer = browser.sign_in(editor).post("/admin/tags/new/", {"name": "SEA", "description": "Typed <b>already</b>"})

    assert answer.status_code == 422
    assert "Typed &lt;b&gt;already" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'id="name-error"' in answer.text
    assert session.scalar(select(func.count()).select_from(Tag)) == 1


def test_a_tag_cannot_lie_below_itself(browser, session, make):
    editor, sea = make.editor(), make.tag("Sea")
    ferry = make.tag("Ferry", parent_id=sea.id)
    session.commit()

    answer = browser.sign_in(editor).post(f"/admin/tags/edit/?id={sea.id}", {"parent_id": str(ferry.id)})

    assert answer.status_code == 422
    assert "cannot lie below itself" in answer.text


def test_deleting_asks_first_and_says_how_many_posts_lose_the_tag(browser, session, make):
    editor, sea = make.editor(), make.tag("Sea")
    posts = [make.post(tags=[sea]) for _ in range(2)]
    session.commit()
    browser.sign_in(editor)

    asked = browser.get(f"/admin/tags/delete/?id={sea.id}")
    assert asked.status_code == 200
    assert "2 posts lose this tag" in asked.text
    assert session.scalar(select(func.count()).select_from(Tag)) == 1
    session.commit()

    assert browser.post("/admin/tags/delete/", {"id": str(sea.id)}).status_code == 302
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(Tag)) == 0
    event = session.scalars(select(Event).where(Event.verb == "tag.delete")).one()
    assert event.changes["posts"][0] == [post.id for post in posts]


def test_a_tag_that_limits_a_role_cannot_be_deleted(browser, session, make):
    from cms.core.permissions import Permission

    editor, sea = make.editor(), make.tag("Sea")
    make.role(Permission.POST_EDIT, tags=(sea,), label="Sea desk")
    session.commit()

    answer = browser.sign_in(editor).post("/admin/tags/delete/", {"id": str(sea.id)})

    assert answer.status_code == 409
    assert "Sea desk" in answer.text


def test_bulk_delete_asks_on_a_page_and_then_reports_every_row(browser, session, make):
    from cms.core.permissions import Permission

    editor, sea, sky = make.editor(), make.tag("Sea"), make.tag("Sky")
    make.role(Permission.POST_EDIT, tags=(sea,), label="Sea desk")
    session.commit()
    browser.sign_in(editor)

    form = {"action": "delete", "rowid": [str(sea.id), str(sky.id), "9999"]}
    asked = browser.post("/admin/tags/action/", form)
    assert asked.status_code == 200
    assert "Delete these tags?" in asked.text
    answer = browser.post("/admin/tags/action/", form | {"confirmed": "1"})

    assert answer.status_code == 303
    shown = browser.get(answer.location).text
    assert "Deleted: 1 tag, 1 skipped, 1 refused." in shown
    assert "Sea desk" in shown
    assert session.scalars(select(Tag.name)).all() == ["Sea"]
    event = session.scalars(select(Event).where(Event.verb == "tag.delete")).one()
    assert event.batch_id == session.scalar(select(Batch.id))


def test_an_author_may_not_manage_tags_and_is_told_why(browser, session, make):
    author = make.author()
    session.commit()

    answer = browser.sign_in(author).get("/admin/tags/")

    assert answer.status_code == 403
    assert "Manage tags" in answer.text
    assert "/admin/tags/" not in browser.get("/admin/").text


def test_the_list_costs_the_same_for_many_tags_below_others(browser, session, make, engine):
    def tags_below_others(number):
        for _number in range(number):
            make.tag(parent_id=make.tag().id)
        session.commit()

    editor = make.editor()
    tags_below_others(1)
    browser.sign_in(editor)
    with counted(engine) as few:
        browser.get("/admin/tags/")
    tags_below_others(10)
    with counted(engine) as many:
        browser.get("/admin/tags/")

    assert len(many) == len(few)
