"""Where a file is shown, asked before it is taken away: nothing that readers see is forgotten."""

from datetime import datetime

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cms.accounts.actions.own import set_avatar
from cms.accounts.models import User
from cms.media.models import Media
from cms.posts import media_use
from cms.posts.actions.emptying import remove
from cms.posts.lifecycle import PUBLISHED
from cms.posts.media_use import Uses, posts_showing
from cms.posts.models import Post
from cms.references.models import MediaUse
from cms.settings import actions as settings
from tests.factories import Make
from tests.posts.conftest import DAY, HOUR, Publish, Save


@pytest.fixture
def image(make: Make) -> Media:
    return make.media()


def test_posts_show_a_file_in_their_text_or_as_their_image(
    session: Session, make: Make, image: Media, editor: User, now: datetime
) -> None:
    in_text = make.post(body=f"![A ferry](/media/{image.id}/ferry.webp)", updated_at=now + HOUR)
    on_top = make.page(featured_media_id=image.id)
    make.post(body=f"![Another](/media/{image.id}1/other.webp) /media/{image.id} media/{image.id}/")
    make.post(body=f"/media/{image.id}/ferry.webp", trashed_at=now)

    assert posts_showing(session, image.id, viewer=editor, at=now) == Uses([in_text, on_top], False, False)
    assert posts_showing(session, make.media().id, viewer=editor, at=now) == Uses([], False, False)


@pytest.mark.parametrize(
    "times", [{}, {"live_until": DAY}, {"live_from": HOUR}, {"live_from": HOUR, "live_until": DAY}]
)
@pytest.mark.parametrize("place", ["text", "image"])
def test_what_readers_see_or_will_see_counts_until_it_ends(
    session: Session,
    make: Make,
    image: Media,
    editor: User,
    publish: Publish,
    save: Save,
    now: datetime,
    place: str,
    times: dict[str, object],
) -> None:
    shown = (
        {"body": f"![A ferry](/media/{image.id}/ferry.webp)"} if place == "text" else {"featured_media_id": image.id}
    )
    post = make.post(**shown)
    publish(post, **{name: now + ahead for name, ahead in times.items()})
    save(post, body="Without it.", featured_media_id=None)

    assert posts_showing(session, image.id, viewer=editor, at=now).posts == [post]
    gone = [] if "live_until" in times else [post]
    assert posts_showing(session, image.id, viewer=editor, at=now + DAY).posts == gone


def test_a_change_that_takes_it_away_is_not_the_end_of_it_before_its_time(
    session: Session, make: Make, image: Media, editor: User, publish: Publish, save: Save, now: datetime
) -> None:
    post = make.post(featured_media_id=image.id, status=PUBLISHED)
    save(post, featured_media_id=None)
    publish(post, at=now + HOUR, live_from=now + DAY)

    assert posts_showing(session, image.id, viewer=editor, at=now + HOUR).posts == [post]
    assert posts_showing(session, image.id, viewer=editor, at=now + DAY).posts == []


def test_others_drafts_are_not_named_but_told_of(session: Session, make: Make, image: Media, now: datetime) -> None:
    writer = make.author()
    mine = make.post(author=writer, featured_media_id=image.id)
    make.post(featured_media_id=image.id)

    assert posts_showing(session, image.id, viewer=writer, at=now) == Uses([mine], False, True)
    assert posts_showing(session, image.id, viewer=make.contributor(), at=now) == Uses([], False, True)


def test_a_file_shown_everywhere_is_not_listed_in_full(
    session: Session, make: Make, image: Media, editor: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_use, "SHOWN", 2)
    for _number in range(3):
        make.post(featured_media_id=image.id)

    uses = posts_showing(session, image.id, viewer=editor, at=now)

    assert (len(uses.posts), uses.more) == (2, True)


@pytest.fixture
def shown_everywhere(session: Session, make: Make, image: Media, editor: User, now: datetime) -> int:
    """How many references there are to one file."""
    set_avatar(session, editor, image.id, at=now)
    settings.change(session, {"logo_id": image.id}, by=make.owner(), at=now)
    body = f"![A ferry](/media/{image.id}/0123456789abcdef/ferry.webp) /media/99999/"
    make.post(status=PUBLISHED, body=body, featured_media_id=image.id)
    session.flush()
    return 6


def test_every_action_keeps_the_index_and_a_rebuild_finds_the_same(
    session: Session, shown_everywhere: int, image: Media
) -> None:
    def rows() -> set[tuple[int, str, int, str]]:
        found = session.scalars(select(MediaUse)).all()
        return {(use.media_id, use.subject_type, use.subject_id, use.field) for use in found}

    kept = rows()

    assert media_use.faults(session) == 0
    assert len(kept) == shown_everywhere
    assert media_use.rebuild(session) == shown_everywhere
    assert rows() == kept


def test_what_the_index_lacks_or_has_too_much_is_counted(
    session: Session, make: Make, shown_everywhere: int, image: Media
) -> None:
    session.execute(delete(MediaUse).where(MediaUse.field == "featured_media_id"))
    session.add(MediaUse(media_id=image.id, subject_type="users", subject_id=9999, field="avatar_id"))

    assert media_use.faults(session) == 3


def test_what_goes_leaves_the_index(
    session: Session, make: Make, shown_everywhere: int, editor: User, now: datetime
) -> None:
    post = session.scalars(select(Post)).one()
    set_avatar(session, editor, None, at=now)
    settings.change(session, {"logo_id": None}, by=make.owner(), at=now)
    remove(session, post, at=now)

    assert session.scalars(select(MediaUse)).all() == []


def test_a_file_is_used_until_nothing_shows_it_any_more(
    session: Session, make: Make, editor: User, publish: Publish, save: Save, now: datetime
) -> None:
    image, other = make.media(), make.media()
    post = make.post(featured_media_id=image.id)
    publish(post, live_until=now + DAY)
    save(post, featured_media_id=None)

    def used(at: datetime) -> list[Media]:
        return list(session.scalars(select(Media).where(media_use.is_used(at), Media.id.in_([image.id, other.id]))))

    assert used(now) == [image]
    assert used(now + DAY) == []
