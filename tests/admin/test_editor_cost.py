"""What the editor of posts asks of the database to be opened and to publish, however much there is to choose from."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.posts.lifecycle import PUBLISHED
from tests.admin.posts import edited, only_post
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

OPENING, PUBLISHING = 13, 38


def test_a_text_is_opened_and_published_with_few_statements(
    desk: Browser, session: Session, make: Make, engine: Engine
) -> None:
    path = f"/admin/posts/edit/?id={make.post(status=PUBLISHED).id}"
    session.commit()
    text = {"series_id": "", "featured_media_id": "", "move": "publish"}
    desk.post(path, edited(only_post(session), **text, title="A second title"))

    with counted(engine) as opening:
        assert desk.get(path).status_code == 200
    sent = edited(only_post(session), **text, title="A third title")
    with counted(engine) as publishing:
        assert desk.post(path, sent).status_code == 302

    assert len(opening) <= OPENING
    assert len(publishing) <= PUBLISHING
    assert "“A third title” was published." in desk.get(path).text
    assert only_post(session).title == "A third title"
