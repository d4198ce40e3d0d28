"""Whatever was recorded can be read: no event costs anybody the page that shows it."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from cms.admin.dashboard import SHOWN
from cms.admin.event_words import MORE_LABELS, NOUNS
from cms.admin.events import IDS
from cms.audit.models import Event
from cms.comments.lifecycle import CommentMove
from cms.jobs.lifecycle import JobMove
from cms.posts.fields import LABELS
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import PostKind
from tests.browser import Browser
from tests.factories import Make

CMS = Path(__file__).parents[2] / "cms"
RECORDED = re.compile(r'record\(\s*[\w.]+,\s*f?"([a-z_]+|\{[\w.]+\})\.([a-z_]+|\{\w+\})"')
#: What may stand in an event, on either side of a change: no field is sure to hold what it holds today.
VALUES: tuple[Any, ...] = (None, True, 7, "text", [], [7, 15], ["Sea"], [{}], [{"live_from": None}], {"a": [1]})
KINDS = {"post": "posts", "page": "posts", "user": "users", "tag": "tags", "media": "media", "comment": "comments"}
KINDS |= {
    "token": "api_tokens",
    "media_folder": "media_folders",
    "series": "series",
    "role": "roles",
    "redirect": "redirects",
    "settings": "settings",
    "job": "jobs",
    "webhook": "webhooks",
    "subscriber": "subscribers",
    "backup": "backups",
    "ban": "bans",
}


def verbs() -> list[str]:
    """Every verb that the code writes down."""
    found = set()
    for path in CMS.rglob("*.py"):
        for noun, act in RECORDED.findall(path.read_text()):
            moves = {"comment": CommentMove, "job": JobMove}.get(noun, PostMove)
            for kind in PostKind if noun.startswith("{") else [noun]:
                found |= {f"{kind}.{move}" for move in (moves if act == "{move}" else [act])}
    return sorted(found)


def test_deleting_a_tag_that_readers_see_leaves_every_page_that_tells_of_it(
    browser: Browser, session: Session, make: Make
) -> None:
    owner, editor, boats = make.owner(), make.editor(), make.tag("Boats")
    make.post(tags=[boats], status=PUBLISHED)
    session.commit()

    assert browser.sign_in(editor).post("/admin/tags/delete/", {"id": boats.id}).status_code == 302
    assert "Boats" in browser.get("/admin/").text
    browser.sign_out()

    browser.sign_in(owner)
    for address in (
        "/admin/",
        "/admin/activity/",
        "/admin/activity/?area=tags",
        f"/admin/activity/?type=tags&id={boats.id}",
        f"/admin/users/details/?id={editor.id}",
    ):
        answer = browser.get(address)
        assert (address, answer.status_code) == (address, 200)
        assert "Boats" in answer.text


def test_the_verbs_are_found() -> None:
    assert {"post.publish", "page.trash", "comment.spam", "tag.delete", "user.sign_in"} <= set(verbs())


@pytest.mark.parametrize("field", [*sorted(MORE_LABELS.keys() | LABELS.keys() | IDS.keys()), "unheard_of"])
def test_a_field_that_holds_what_nobody_expected_still_shows(
    browser: Browser, session: Session, make: Make, now: datetime, field: str
) -> None:
    owner = make.owner()
    for before, after in zip(VALUES, VALUES[1:] + VALUES[:1], strict=True):
        session.add(
            Event(
                at=now,
                actor_id=owner.id,
                verb="post.save",
                subject_type="posts",
                subject_id=1,
                subject_label="Ferry",
                changes={field: [before, after]},
            )
        )
    session.commit()

    assert browser.sign_in(owner).get("/admin/activity/").status_code == 200


def test_every_verb_is_read_in_activity_on_today_and_on_the_page_of_whoever_did_it(
    browser: Browser, session: Session, make: Make, now: datetime
) -> None:
    owner = make.owner()
    session.commit()
    browser.sign_in(owner)

    for few in batched(verbs()):
        for verb in few:
            kind = KINDS[verb.partition(".")[0]]
            assert kind in NOUNS
            changes = {field: [[7, 15], []] for field in (*LABELS, *MORE_LABELS, *IDS)}
            session.add(Event(at=now, actor_id=owner.id, verb=verb, subject_type=kind, subject_id=1, changes=changes))
        session.commit()
        for address in ("/admin/activity/", "/admin/", f"/admin/users/details/?id={owner.id}"):
            assert (few, address, browser.get(address).status_code) == (few, address, 200)


def batched(verbs: list[str]) -> list[list[str]]:
    """As many as the first page shows at once."""
    return [verbs[first : first + SHOWN] for first in range(0, len(verbs), SHOWN)]
