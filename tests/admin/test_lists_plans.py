"""Which indexes the pages of the back office are read from: what is found in one costs the same at any size."""

import re

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.comments.lifecycle import PENDING, TRASHED
from cms.posts.lifecycle import PUBLISHED
from tests.browser import Browser
from tests.factories import Make
from tests.plans import plans

EDIT = {"title": ["Storm", "Storm ahead"]}
TRASHING = {"status": [PENDING.value, TRASHED.value]}
LARGE = ("posts", "editions", "revisions", "comments", "media", "events", "post_tags", "media_uses")


@pytest.fixture
def owner(browser: Browser, session: Session, make: Make) -> Browser:
    """Of a site with one thing in every place, and pages and files of others, so that an index is worth its while."""
    person, tag = make.user("owner", username="keeper"), make.tag("Sea")
    post = make.post(author=person, status=PUBLISHED, title="Storm ahead", tags=[tag], slug="storm")
    make.post(trashed_at=make.at)
    make.page(trashed_at=make.at)
    make.media(trashed_at=make.at, alt="A storm")
    make.media(alt="A storm", uploaded_by=person)
    for _ in range(40):
        make.media(alt="The sea")
    make.copies(make.page(author=make.author()), 400)
    for status in ({}, {"status": TRASHED}):
        said = make.comment(post, body="Quite a storm", held_because=["links"], **status)
        about = {"subject_type": "comments", "subject_id": said.id}
        session.add(Event(at=make.at, verb="comment.trash", changes=TRASHING, **about))
    session.add(Event(at=make.at, verb="post.edit", subject_type="posts", subject_id=post.id, changes=EDIT))
    session.commit()
    return browser.sign_in(person)


def steps_of(owner: Browser, engine: Engine, place: str) -> list[str]:
    with plans(engine) as steps:
        assert owner.get(f"/admin/{place}").status_code == 200
    return steps


@pytest.mark.parametrize(
    ("place", "index"),
    [
        ("posts/?shown=changes", "ix_posts_changed"),
        ("posts/?shown=expired", "ix_posts_ending"),
        ("posts/?status=expired", "ix_posts_ending"),
        ("pages/?shown=expired", "ix_posts_ending"),
        ("posts/?summary=no", "ix_posts_without_summary"),
        ("pages/?author=me", "ix_posts_kind_author_id_updated_at_id"),
        ("media/?by=keeper", "ix_media_uploaded_by_id_created_at_id"),
        ("media/?folder=1", "ix_media_folder_id_created_at_id"),
        ("comments/?reason=links", "ix_comments_held_links"),
        ("trash/", "ix_posts_kind_trashed_at_id"),
        ("trash/", "ix_comments_trashed_since_id"),
        ("trash/?sort=since", "ix_media_trashed_at_id"),
    ],
)
def test_what_few_rows_fit_has_an_index_of_its_own(owner: Browser, engine: Engine, place: str, index: str) -> None:
    steps = steps_of(owner, engine, place)

    assert [step for step in steps if index in step], steps


@pytest.mark.parametrize(
    "place",
    [
        "",
        "posts/",
        "posts/?shown=changes",
        "posts/?search=storm",
        "comments/",
        "comments/?post=storm",
        "comments/?post=storm+ahead",
        "comments/?reason=trap",
        "media/",
        "media/?search=storm",
        "media/?by=keeper",
        "media/?folder=1",
        "pages/?author=me",
        "tags/",
        "trash/",
        "trash/?search=storm",
        "activity/",
        "activity/?area=tags",
        "activity/?verb=edit",
        "moderation/",
        "palette/?q=storm",
    ],
)
def test_no_page_looks_through_a_large_table(owner: Browser, engine: Engine, place: str) -> None:
    steps = steps_of(owner, engine, place)

    whole = re.compile(rf"(?:SCAN|(?:->  )?Seq Scan on) ({'|'.join(LARGE)})(?: \1)?(?:_\d+)?(?: LEFT-JOIN)?")
    assert not [step for step in steps if whole.fullmatch(step.strip())], steps
