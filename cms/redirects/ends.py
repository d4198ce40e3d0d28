"""From when on redirects lead nowhere: kept with each, and looked at again when something at its end changes.

So nobody who asks for the dead ones has to follow them all, however many there are.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from cms.redirects.models import Redirect, RedirectStatus

LONGEST_CHAIN = 20

#: Until when something lives there or will, None for good; what is left out leads nowhere.
Ends = dict[Any, datetime | None]


@dataclass(frozen=True)
class Places:
    """What stands above redirects and knows where texts live: the ends of posts by id, and of paths of this site."""

    posts: Callable[[Session, Collection[int], datetime], Ends]
    paths: Callable[[Session, Collection[str], datetime], Ends]


_places: list[Places] = []


def ask(places: Places) -> None:
    """Whom to ask from now on; done once, when an application is made."""
    _places[:] = [places]


def look_again(session: Session, *, at: datetime, post_ids: Collection[int] = (), paths: Collection[str] = ()) -> None:
    """Write down which redirects to these posts and paths lead nowhere now, and which in turn lead to those."""
    session.flush()
    for _step in range(LONGEST_CHAIN):
        leading = or_(Redirect.post_id.in_(post_ids), Redirect.leads_to.in_(paths))
        targets = session.execute(select(Redirect.post_id, Redirect.leads_to).where(leading).distinct()).all()
        if not targets:
            return
        following = {post_id for post_id, _path in targets if post_id is not None}
        leading_on = {path for _post_id, path in targets if path is not None}
        post_ids, paths = (), _write(session, following, leading_on, at)


def next_targets(session: Session, after: str, *, most: int) -> list[str]:
    """Paths that redirects lead to, in order; for whoever looks at all of them bit by bit."""
    query = select(Redirect.leads_to).where(Redirect.leads_to > after).distinct()
    return list(session.scalars(query.order_by(Redirect.leads_to).limit(most)))


def _write(session: Session, post_ids: Collection[int], paths: Collection[str], at: datetime) -> list[str]:
    """The old addresses of those for which the answer is another than before."""
    of_posts = _places[0].posts(session, post_ids, at) if post_ids else {}
    of_paths = _ends_of_paths(session, paths, at) if paths else {}
    posts, texts = _by_end(post_ids, of_posts, at), _by_end(paths, of_paths, at)
    changed: list[str] = []
    for end in posts.keys() | texts.keys():
        leading = or_(Redirect.post_id.in_(posts.get(end, ())), Redirect.leads_to.in_(texts.get(end, ())))
        other = update(Redirect).where(leading, _ends_otherwise(end, at)).values(dead_from=end)
        returned = other.returning(Redirect.from_path).execution_options(synchronize_session=False)
        changed += session.scalars(returned)
    return changed


def _by_end(targets: Collection[Any], ends: Ends, at: datetime) -> dict[datetime | None, list[Any]]:
    """What leads nowhere ends now."""
    found: dict[datetime | None, list[Any]] = {}
    for target in targets:
        found.setdefault(ends.get(target, at), []).append(target)
    return found


def _ends_otherwise(end: datetime | None, at: datetime) -> ColumnElement[bool]:
    """Whether something else is written down; since when it leads nowhere stays as it was."""
    if end == at:
        return or_(Redirect.dead_from.is_(None), Redirect.dead_from > at)
    return Redirect.dead_from.is_distinct_from(end)


def _ends_of_paths(session: Session, paths: Collection[str], at: datetime) -> Ends:
    """Redirects that follow one another are followed to where they end; a circle ends nowhere."""
    ends: Ends = {}
    here = {path: path for path in paths}
    for _step in range(LONGEST_CHAIN):
        living = _places[0].paths(session, set(here.values()), at)
        ends |= {path: living[now] for path, now in here.items() if now in living}
        onward = _onward(session, {now for now in here.values() if now not in living})
        following = {redirect.post_id for redirect in onward.values() if redirect.post_id is not None}
        of_posts = _places[0].posts(session, following, at) if following else {}
        led = {path: onward[now] for path, now in here.items() if now in onward and path not in ends}
        ends |= {path: of_posts[one.post_id] for path, one in led.items() if one.post_id in of_posts}
        ends |= {path: None for path, one in led.items() if one.to_path and one.leads_to is None}
        here = {path: one.leads_to for path, one in led.items() if one.leads_to is not None}
        if not here:
            break
    return ends


def _onward(session: Session, paths: Collection[str]) -> dict[str, Redirect]:
    if not paths:
        return {}
    query = select(Redirect).where(Redirect.from_path.in_(paths), Redirect.status != RedirectStatus.GONE)
    return {redirect.from_path: redirect for redirect in session.scalars(query)}
