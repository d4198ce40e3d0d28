"""What can be undone of series, those with live parts among them."""

from cms.audit.models import Event
from cms.audit.undo import undo
from cms.posts import actions as posts
from cms.posts.lifecycle import PostStatus
from cms.series import actions
from cms.series.models import Series
from tests.undo.acts_of_posts import save
from tests.undo.world import Act, Acts, World

act = Acts()


@act("series.create")
def create_series(w: World) -> Act:
    return lambda: actions.create(w.session, {"title": "Tides", "description": "Twice a day"}, **w.later())


@act("series.create")
def undo_that_a_series_was_deleted(w: World) -> Act:
    event = deleted_series(w)
    return lambda: undo(w.session, event, **w.later())


@act("series.update")
def move_a_series_whose_addresses_led_on_before(w: World) -> Act:
    series = w.make.series("Tides")
    change(w, series, slug="water")
    return lambda: change(w, series, title="Ebb", slug="tides", description="Twice a day")


@act("series.delete")
def delete_series(w: World) -> Act:
    series = series_in_use(w)
    return lambda: posts.delete_series(w.session, series, **w.later())


@act("post.save")
def join_a_series(w: World) -> Act:
    series, post = series_in_use(w), w.make.post()
    return lambda: save(w, post, series_id=series.id)


@act("post.save")
def leave_a_series(w: World) -> Act:
    post = w.make.post(series_id=w.make.series().id, series_position=7)
    return lambda: save(w, post, series_id=None)


def change(w: World, series: Series, **changes: str) -> bool:
    return posts.update_series(w.session, series, changes, base_version=series.version, **w.later())


def series_in_use(w: World) -> Series:
    series = w.make.series("Tides", description="Twice a day")
    for place in (1, 2, 2):
        w.make.post(series_id=series.id, series_position=place, status=PostStatus.PUBLISHED)
    w.make.post(series_id=series.id, series_position=9)
    return series


def deleted_series(w: World) -> Event:
    posts.delete_series(w.session, series_in_use(w), **w.later())
    return w.last()
