"""Where imported things are found: below which parents, at which address, and from the old one."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.importers.loading import load
from cms.importers.parsed import (
    ItemKind,
    ItemStatus,
    ParsedSite,
    ParsedTag,
)
from cms.posts.actions import editing, moving
from cms.posts.models import Post, PostKind
from cms.redirects.models import Redirect
from cms.taxonomy.models import Tag
from tests.conftest import NOON
from tests.factories import Make
from tests.importers.sites import edition_of, item, post_of, site


def test_two_of_one_name_stay_two_tags_with_their_addresses(session: Session, small_site: ParsedSite) -> None:
    load(session, small_site, at=NOON)
    tags = {tag.slug: tag for tag in session.scalars(select(Tag))}

    assert (tags["boats"].name, tags["boats-2"].name) == ("Boats & Ships", "boats & ships (tag)")
    assert tags["ferries"].parent_id == tags["boats"].id
    assert tags["lost"].parent_id is None


def test_a_tag_of_the_site_is_used_again(session: Session, make: Make) -> None:
    ours = make.tag("Night")
    session.commit()

    load(session, site(item(tags=("t",)), tags=(ParsedTag("t", "night", "night"),)), at=NOON)

    assert post_of(session, ":1").tags == [ours]


def test_parents_that_would_close_a_circle_are_left_out(session: Session, make: Make) -> None:
    tags = (
        ParsedTag("a", "A", "a", parent_id="b"),
        ParsedTag("b", "B", "b", parent_id="c"),
        ParsedTag("c", "A", "a", parent_id="b"),
    )

    load(session, site(item(), tags=tags), at=NOON)
    session.commit()

    above = {tag.id: tag.parent_id for tag in session.scalars(select(Tag))}
    for start in above:
        seen: set[int] = set()
        here: int | None = start
        while here is not None:
            assert here not in seen
            seen.add(here)
            here = above[here]


def test_pages_lie_below_their_parents(session: Session, small_site: ParsedSite) -> None:
    load(session, small_site, at=NOON)

    team = edition_of(session, post_of(session, ":16"))
    assert team is not None
    assert (team.kind, team.path) == (PostKind.PAGE, "/about/team")


def test_pages_that_contain_each_other_come_without_the_circle(session: Session) -> None:
    pages = [
        item(number, kind=ItemKind.PAGE, slug=f"p{number}", parent_source_id=parent, status=ItemStatus.PUBLISHED)
        for number, parent in (("1", "2"), ("2", "3"), ("3", "1"), ("4", "4"), ("5", "missing"))
    ]

    load(session, site(*pages), at=NOON)

    paths = {post.slug: edition_of(session, post).path for post in session.scalars(select(Post))}
    assert paths == {"p1": "/p3/p2/p1", "p2": "/p3/p2", "p3": "/p3", "p4": "/p4", "p5": "/p5"}


def test_old_addresses_lead_to_the_new_ones(session: Session, small_site: ParsedSite) -> None:
    load(session, small_site, at=NOON)

    ferry = post_of(session, ":10")
    paths = session.scalars(select(Redirect.from_path).where(Redirect.post_id == ferry.id).order_by(Redirect.from_path))
    assert paths.all() == ["/2024/02/03/night-ferry", "/2024/02/03/the-ferry"]
    assert "/about" not in session.scalars(select(Redirect.from_path)).all()


def test_links_among_the_posts_lead_to_where_they_are_now(session: Session, small_site: ParsedSite) -> None:
    load(session, small_site, at=NOON)

    assert "[the ferry](/posts/night-ferry)" in post_of(session, ":11").body


def test_slugs_that_are_taken_or_reserved_are_numbered_and_named(session: Session, make: Make) -> None:
    make.post(slug="a-title")
    session.commit()
    items = (item(slug="a-title"), item("2", slug="a-title"), item("3", slug="admin", kind=ItemKind.PAGE))

    report = load(session, site(*items), at=NOON)

    assert [post_of(session, f":{number}").slug for number in "123"] == ["a-title-2", "a-title-3", "admin-2"]
    assert [note.what for note in report.notes if note.what.startswith("address")] == [
        "address “a-title”",
        "address “a-title”",
        "address “admin”",
    ]


def test_links_lead_to_where_a_page_of_an_earlier_import_is_now(session: Session, make: Make) -> None:
    about, team = (
        item(
            number,
            kind=ItemKind.PAGE,
            slug=slug,
            status=ItemStatus.PUBLISHED,
            parent_source_id=parent,
            old_paths=(old,),
        )
        for number, slug, parent, old in (("1", "about", None, "/?page_id=1"), ("2", "team", "1", "/about/team/"))
    )
    old = {"base_url": "https://old.example.com"}
    load(session, site(about, team, **old), at=NOON)
    moved, owner = post_of(session, ":2"), make.owner()
    editing.save(session, moved, {"parent_id": None}, base_version=moved.version, by=owner, at=NOON)
    moving.publish(session, moved, by=owner, at=NOON + timedelta(hours=1))
    session.commit()

    text = item("3", body="[us](https://old.example.com/about/team/)")
    load(session, site(about, team, text, **old), at=NOON + timedelta(hours=2))

    assert post_of(session, ":3").body == "[us](/team)"


def test_a_link_without_a_host_is_renewed_though_nobody_knows_where_the_site_was(session: Session) -> None:
    about = item(slug="about-us", status=ItemStatus.PUBLISHED, old_paths=("/about/", "/"))
    text = item("2", body="[us](/about/#team) [there](https://else.example/about/) [below](#team)")

    load(session, site(about, text), at=NOON)

    assert post_of(session, ":2").body == (
        "[us](/posts/about-us#team) [there](https://else.example/about/) [below](#team)"
    )
