"""Whatever people do to a tree of pages, and in which order: readers are never shown two things, or a wrong address."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms import search
from cms.accounts.models import User
from cms.core.errors import CmsError
from cms.posts import actions, queries, standing
from cms.posts.lifecycle import PostMove
from cms.posts.models import Edition, Post, PostKind
from tests.posts.conftest import HOUR, Create

TICK = timedelta(microseconds=1)
PAGES = 3
Seen = dict[int, tuple[str, int]]

page = st.integers(0, PAGES - 1)
hours = st.integers(1, 6)
step = st.one_of(
    st.tuples(st.just("publish"), page, st.none() | hours, st.none() | hours),
    st.tuples(st.just("publish"), page, st.none() | hours, st.none() | hours),
    st.tuples(st.just("rename"), page, st.sampled_from("abc")),
    st.tuples(st.just("put below"), page, st.none() | page),
    st.tuples(st.just("move"), page, st.sampled_from(PostMove)),
)


@dataclass
class Life:
    """A tree of pages, the hour, and what readers saw at every moment that is past."""

    session: Session
    by: User
    at: datetime
    ids: list[int]
    saw: dict[datetime, Seen] = field(default_factory=dict)

    def live(self, name: str, number: int, *more: object) -> None:
        """One step; a refusal leaves everything as it was."""
        self.saw[self.at - TICK] = self.visible(self.at - TICK)
        try:
            with self.session.begin_nested():
                self._do(name, number, *more)
        except CmsError:
            pass
        self.saw[self.at] = self.visible(self.at)

    def _do(self, name: str, number: int, *more: object) -> None:
        post = queries.by_id(self.session, self.ids[number], for_update=True)
        assert post is not None
        match name, more:
            case "publish", (ahead, long):
                starts = self.at + ahead * HOUR if ahead else None
                ends = (starts or self.at) + long * HOUR + HOUR / 2 if long else None
                actions.publish(self.session, post, by=self.by, at=self.at, live_from=starts, live_until=ends)
            case "rename", (slug,):
                self._save(post, {"slug": f"{slug}{number}"})
            case "put below", (above,):
                self._save(post, {"parent_id": None if above is None else self.ids[above]})
            case _, (move,):
                actions.move_post(self.session, post, move, by=self.by, at=self.at)

    def _save(self, post: Post, changes: dict[str, object]) -> None:
        actions.save(self.session, post, changes, base_version=post.version, by=self.by, at=self.at)

    def editions(self) -> list[Edition]:
        mine = select(Edition).where(Edition.post_id.in_(self.ids)).order_by(Edition.post_id, Edition.live_from)
        return list(self.session.scalars(mine.execution_options(populate_existing=True)))

    def visible(self, at: datetime) -> Seen:
        return {
            edition.post_id: (edition.path, edition.revision_id) for edition in self.editions() if edition.is_live(at)
        }

    def check(self) -> None:
        editions = self.editions()
        for one, other in pairwise(editions):
            if one.post_id == other.post_id:
                assert one.live_until is not None
                assert one.live_until <= other.live_from
        turns = {moment for edition in editions for moment in (edition.live_from, edition.live_until) if moment}
        for moment in {self.at} | {turn for turn in turns if turn > self.at}:
            live = [edition for edition in editions if edition.is_live(moment)]
            self._check_addresses(live)
            self._check_filters({edition.post_id for edition in live}, moment)
        assert search.missing(self.session, search.EDITIONS) == 0

    def _check_filters(self, live: set[int], at: datetime) -> None:
        """Lists look beside the posts, and readers at editions."""
        mine = select(Post.id).where(Post.id.in_(self.ids))
        assert set(self.session.scalars(mine.where(standing.is_showing(at)))) == live
        signs = standing.standings(self.session, self.session.scalars(select(Post).where(Post.id.in_(self.ids))), at)
        expired = {post_id for post_id, stands in signs.items() if stands.is_expired}
        assert set(self.session.scalars(mine.where(standing.has_expired(at)))) == expired

    def _check_addresses(self, live: list[Edition]) -> None:
        paths = {edition.post_id: edition.path for edition in live}
        assert len(set(paths.values())) == len(paths)
        for edition in live:
            revision = self.session.get_one(queries.Revision, edition.revision_id)
            above = revision.snapshot["parent_id"]
            if above is None:
                assert edition.path == f"/{edition.slug}"
            elif above in paths:
                assert edition.path == f"{paths[above]}/{edition.slug}"


@pytest.fixture
def tree(session: Session, create: Create) -> list[int]:
    """A chain: each page below the one before it."""
    ids: list[int] = []
    for number in range(PAGES):
        ids.append(create(f"a{number}", kind=PostKind.PAGE, parent_id=ids[-1] if ids else None).id)
    session.commit()
    return ids


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(hours, step), min_size=4, max_size=16))
def test_nothing_overlaps_every_address_fits_and_the_past_stays_as_it_was(
    session: Session, editor: User, tree: list[int], now: datetime, steps: list[tuple[int, tuple]]
) -> None:
    with session.begin_nested() as savepoint:
        life = Life(session, editor, now, tree)
        for number in range(PAGES):
            life.live("publish", number, None, None)
        for waited, doing in steps:
            life.at += waited * HOUR
            life.live(*doing)
            life.check()
        assert {moment: life.visible(moment) for moment in life.saw} == life.saw
        savepoint.rollback()
