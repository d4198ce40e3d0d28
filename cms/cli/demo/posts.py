"""Loading the posts, pages and comments of the demo: through the same actions as people, at their own times."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from cms import search
from cms.accounts.models import User
from cms.cli.demo.content import Item, Times, first_blocks
from cms.comments.actions import move_comment
from cms.comments.lifecycle import CommentMove, CommentStatus
from cms.comments.models import Comment
from cms.core.markdown import render_comment
from cms.posts import actions
from cms.posts.lifecycle import PostMove
from cms.posts.models import Post, PostKind
from cms.posts.policy import PostPolicy
from cms.series.models import Series
from cms.taxonomy.models import Tag

MINUTE = timedelta(minutes=1)
_DECISIONS = {
    CommentStatus.APPROVED: CommentMove.APPROVE,
    CommentStatus.SPAM: CommentMove.SPAM,
    CommentStatus.TRASHED: CommentMove.TRASH,
}


@dataclass(frozen=True)
class Cast:
    """Everything that the texts refer to by name."""

    people: dict[str, User]
    editor: User
    tags: dict[str, Tag]
    series: dict[str, Series]
    media: dict[str, int]
    addresses: dict[str, str]

    def who(self, username: str) -> User:
        """The person who acts: the editor stands in for somebody who left, or may not write posts."""
        person = self.people[username]
        return person if PostPolicy(person).may_create(PostKind.POST) else self.editor


def load_item(session: Session, item: Item, cast: Cast, times: Times, pages: dict[str, Post]) -> Post:
    """One post or page with its history, from the first draft to where it stands today."""
    matter, status = item.matter, item.matter["status"]
    stands = _when_it_stands(matter, times)
    final = _fields(item, item.text, cast, pages)
    post = _write_history(session, item, final, cast, times, stands)
    by = cast.editor if post.kind is PostKind.PAGE else cast.who(matter["author"])
    _save(session, post, final, by=by, at=stands - MINUTE)
    if matter.get("published") and status != "in_review":
        _publish(session, post, matter, times, by=cast.editor)
    move = {"in_review": PostMove.SUBMIT, "archived": PostMove.ARCHIVE, "trashed": PostMove.TRASH}.get(status)
    if move is not None:
        actor = by if move is PostMove.SUBMIT else cast.editor
        actions.move_post(session, post, move, by=actor, at=times.of(matter["changed"]))
    if item.working_text is not None:
        _save_working_copy(session, post, item, cast, times)
    return post


def load_comments(session: Session, threads: dict[str, Any], posts: dict[str, Post], cast: Cast, times: Times) -> int:
    """Oldest first, so that an answer always finds what it answers; returns how many."""
    guests = threads.pop("guests")
    entries = [(times.of(entry["at"]), slug, entry) for slug, thread in threads.items() for entry in thread]
    loaded: dict[str, Comment] = {}
    for at, slug, entry in sorted(entries, key=lambda found: found[0]):
        comment = _comment(entry, posts[slug], guests, cast, at)
        comment.parent_id = loaded[entry["parent"]].id if entry.get("parent") else None
        session.add(comment)
        session.flush()
        search.put(session, search.COMMENTS, comment.id, comment.guest_name, comment.body)
        loaded[entry["id"]] = comment
        _moderate(session, comment, CommentStatus(entry["status"]), by=cast.people["sousa"], now=times.now)
    return len(entries)


def _moderate(session: Session, comment: Comment, status: CommentStatus, *, by: User, now: datetime) -> None:
    """What does not wait any more was looked at soon after it came; members' comments appear by themselves."""
    move = _DECISIONS.get(status)
    if move is None or (comment.author_id is not None and status is CommentStatus.APPROVED):
        comment.status = status
        return
    move_comment(session, comment, move, by=by, at=min(comment.created_at + 40 * MINUTE, now))


def _comment(entry: dict[str, Any], post: Post, guests: dict[str, Any], cast: Cast, at: datetime) -> Comment:
    guest = guests[entry["guest"]] if entry.get("guest") else {"name": "", "email": ""}
    return Comment(
        post_id=post.id,
        author_id=cast.people[entry["author"]].id if entry.get("author") else None,
        guest_name=guest["name"],
        guest_email=guest["email"],
        body=entry["body"].strip(),
        body_html=render_comment(entry["body"].strip()),
        status=CommentStatus.PENDING,
        held_because=entry.get("held_because") or [],
        score=entry.get("score"),
        created_at=at,
    )


def _when_it_stands(matter: dict[str, Any], times: Times) -> datetime:
    """When the text got its last touch before it went live, or was put aside."""
    if matter.get("published") and (published := times.of(matter["published"])) < times.now:
        return published - MINUTE
    return times.of(matter["changed"]) - MINUTE if matter.get("changed") else times.now - timedelta(hours=3)


def _fields(item: Item, text: str, cast: Cast, pages: dict[str, Post]) -> dict[str, Any]:
    matter = item.matter
    fields = {
        "title": matter["title"],
        "summary": matter.get("summary") or "",
        "body": _with_addresses(text, cast),
        "tags": [cast.tags[slug].name for slug in matter.get("tags") or []],
        "featured_alt": matter.get("alt") or "",
        "featured_media_id": cast.media[matter["featured"]] if matter.get("featured") else None,
        "comments_open": matter.get("comments_open", item.kind == "post"),
    }
    if item.kind == "page":
        fields["parent_id"] = pages[matter["parent"]].id if matter.get("parent") else None
    elif matter.get("series"):
        fields |= {"series_id": cast.series[matter["series"]].id, "series_position": matter["part"]}
    return fields


def _with_addresses(text: str, cast: Cast) -> str:
    for name, address in cast.addresses.items():
        text = text.replace(f"../images/{name}", address)
    return text


def _write_history(
    session: Session, item: Item, final: dict[str, Any], cast: Cast, times: Times, stands: datetime
) -> Post:
    """The first save makes the post; a post without a history gets one save an hour before it stood."""
    earlier = item.revisions or [{"at": None, "by": item.matter["author"]}]
    post: Post | None = None
    for entry in earlier:
        at = times.of(entry["at"]) if entry["at"] else stands - timedelta(hours=1)
        version = final | {name: entry[name] for name in ("title", "summary") if name in entry}
        version["body"] = first_blocks(final["body"], entry.get("keep"))
        by = cast.editor if item.kind == "page" else cast.who(entry["by"])
        if post is None:
            post = _create(session, item, version, cast, by=by, at=at)
        else:
            _save(
                session,
                post,
                version,
                by=_may_save(cast, post, by),
                at=at,
                note=entry.get("note", ""),
                name=entry.get("name", ""),
            )
    assert post is not None  # noqa: S101 - `earlier` is never empty
    return post


def _create(session: Session, item: Item, version: dict[str, Any], cast: Cast, *, by: User, at: datetime) -> Post:
    creator = cast.editor if item.kind == "page" else by
    post = actions.create(session, PostKind(item.kind), version | {"slug": item.matter["slug"]}, by=creator, at=at)
    author = cast.people[item.matter["author"]]
    if post.author_id != author.id:
        # Somebody who left cannot be chosen in the editor any more; the demo shows that their posts stay theirs.
        post.author_id = author.id
        session.flush()
    return post


def _may_save(cast: Cast, post: Post, by: User) -> User:
    return by if post.author_id == by.id else cast.editor


def _save(
    session: Session,
    post: Post,
    fields: dict[str, Any],
    *,
    by: User,
    at: datetime,
    note: str = "",
    name: str = "",
) -> None:
    revision = actions.save(session, post, fields, base_version=post.version, by=by, at=at, note=note)
    if revision is not None:
        revision.name = name


def _publish(session: Session, post: Post, matter: dict[str, Any], times: Times, *, by: User) -> None:
    """In the past as of then; ahead as somebody scheduled it some hours ago."""
    published = times.of(matter["published"])
    until = times.of(matter["expires"]) if matter.get("expires") else None
    if published <= times.now:
        actions.publish(session, post, by=by, at=published, live_until=until)
    else:
        at = times.now - timedelta(hours=2)
        actions.publish(session, post, by=by, at=at, live_from=published, live_until=until)


def _save_working_copy(session: Session, post: Post, item: Item, cast: Cast, times: Times) -> None:
    working = item.matter["working"]
    fields = {name: working[name] for name in ("title", "summary") if name in working}
    fields["body"] = _with_addresses(item.working_text or "", cast)
    by = _may_save(cast, post, cast.who(working["by"]))
    _save(session, post, fields, by=by, at=times.of(working["at"]), note=working.get("note", ""))
