"""Two people at one post: neither loses a word, and only what differs is asked about."""

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.errors import NotAllowed
from cms.posts import actions, queries
from cms.posts.actions import FieldDifference, SaveConflict
from cms.posts.models import Post, Revision
from tests.accounts.events import verbs
from tests.factories import Make
from tests.posts.conftest import HOUR, AtOnce, Create, Save


@pytest.fixture
def post(create: Create) -> Post:
    return create("Night ferry", body="It leaves at ten.", tags=["Sea"])


@pytest.fixture
def colleague(make: Make) -> User:
    return make.editor()


def numbers(session: Session, *, taken: bool) -> list[int]:
    return list(session.scalars(select(Revision.number).where(Revision.taken.is_(taken)).order_by(Revision.number)))


def test_the_second_is_shown_every_field_that_differs(save: Save, post: Post, colleague: User) -> None:
    save(post, by=colleague, body="It leaves at nine.", summary="Every night", tags=["Sea", "Boats"])

    with pytest.raises(SaveConflict) as met:
        save(post, base=1, title="Night boat", body="It leaves at eleven.", tags=["Sea"], summary="Every night")

    assert "“Night ferry” was changed by somebody else" in met.value.message
    assert met.value.version == 2
    title, body, tags = met.value.differences
    assert title == FieldDifference("title", "Night ferry", "Night boat", "Night ferry")
    assert (title.only_mine, title.only_theirs) == (True, False)
    assert body == FieldDifference("body", "It leaves at ten.", "It leaves at eleven.", "It leaves at nine.")
    assert (body.only_mine, body.only_theirs) == (False, False)
    assert tags == FieldDifference("tags", ["Sea"], ["Sea"], ["Boats", "Sea"])
    assert (tags.only_mine, tags.only_theirs) == (False, True)


def test_a_refused_save_changes_nothing(session: Session, save: Save, post: Post, colleague: User) -> None:
    save(post, by=colleague, body="It leaves at nine.")

    with pytest.raises(SaveConflict):
        save(post, base=1, body="It leaves at eleven.")

    assert (post.body, post.version) == ("It leaves at nine.", 2)
    assert numbers(session, taken=True) == [1, 2]
    assert verbs(session).count("post.save") == 1


def test_the_choice_is_saved_against_the_newer_version(save: Save, post: Post, colleague: User) -> None:
    save(post, by=colleague, body="It leaves at nine.")
    with pytest.raises(SaveConflict) as met:
        save(post, base=1, body="It leaves at eleven.")

    revision = save(post, base=met.value.version, body="It leaves at nine or eleven.")

    assert (post.version, revision.base_number) == (3, 2)


def test_a_third_save_in_between_asks_again(save: Save, post: Post, colleague: User) -> None:
    save(post, by=colleague, body="It leaves at nine.")
    with pytest.raises(SaveConflict) as first:
        save(post, base=1, body="It leaves at eleven.")
    save(post, by=colleague, body="It leaves at eight.")

    with pytest.raises(SaveConflict) as second:
        save(post, base=first.value.version, body="It leaves at eleven.")

    [body] = second.value.differences
    assert (body.base, body.theirs, second.value.version) == ("It leaves at nine.", "It leaves at eight.", 3)


def test_who_typed_the_same_or_nothing_meets_no_conflict(
    session: Session, save: Save, post: Post, colleague: User
) -> None:
    save(post, by=colleague, body="It leaves at nine.")

    assert save(post, base=1, body="It leaves at nine.") is None
    assert save(post, base=1) is None
    assert numbers(session, taken=True) == [1, 2]


def test_a_base_that_never_was_is_a_conflict_and_never_a_guess(save: Save, post: Post) -> None:
    with pytest.raises(SaveConflict) as met:
        save(post, base=7, body="It leaves at eleven.")

    [body] = met.value.differences
    assert (body.base, body.only_mine, body.only_theirs) == (None, False, False)


def test_the_text_not_taken_is_kept_as_a_version_that_never_was_the_working_text(
    session: Session, save: Save, post: Post, editor: User, colleague: User, now: datetime
) -> None:
    save(post, by=colleague, title="Night boat", body="It leaves at nine.")

    kept = actions.keep_untaken(
        session, post, {"body": "It leaves at eleven."}, base_version=1, by=editor, at=now + HOUR
    )

    assert (kept.number, kept.taken, kept.base_number, kept.author_id) == (3, False, 1, editor.id)
    assert (kept.snapshot["body"], kept.snapshot["title"]) == ("It leaves at eleven.", "Night boat")
    assert (post.body, post.version) == ("It leaves at nine.", 2)
    assert save(post, body="It leaves at eight.").number == post.version == 4
    assert numbers(session, taken=False) == [3]


def test_the_same_text_is_kept_once_however_often_it_is_sent(
    session: Session, post: Post, editor: User, colleague: User, now: datetime
) -> None:
    def keep(body: str, by: User) -> int:
        return actions.keep_untaken(session, post, {"body": body}, base_version=1, by=by, at=now).number

    assert [keep("Eleven.", editor), keep("Eleven.", editor), keep("Eleven.", colleague)] == [2, 2, 3]
    assert [keep("Twelve.", editor), keep("Eleven.", editor)] == [4, 5]


def test_who_may_not_edit_keeps_nothing(session: Session, post: Post, make: Make, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        actions.keep_untaken(session, post, {"body": "Mine"}, base_version=1, by=make.contributor(), at=now)

    assert session.scalar(select(func.count()).select_from(Revision)) == 1


def test_of_six_who_save_at_once_one_is_first_and_the_others_are_asked(
    session: Session, make: Make, post: Post, now: datetime, at_once: AtOnce
) -> None:
    people = [make.editor().id for _number in range(6)]
    session.commit()

    def write(theirs: Session, user_id: int) -> int:
        by = theirs.get_one(User, user_id)
        mine = queries.get(theirs, post.id, viewer=by, for_update=True)
        actions.save(theirs, mine, {"body": f"By {user_id}"}, base_version=1, by=by, at=now)
        return user_id

    outcomes = at_once(write, people)

    [first] = [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert sum(isinstance(outcome, SaveConflict) for outcome in outcomes) == 5
    session.refresh(post, ["body", "version"])
    assert (post.body, post.version, numbers(session, taken=True)) == (f"By {first}", 2, [1, 2])
