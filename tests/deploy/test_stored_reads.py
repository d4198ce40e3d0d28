"""What nginx sends from disk is counted as read, whatever happens in the next moment."""

import time

from sqlalchemy import func, select

from cms.posts.models import PostReads
from tests.deploy.conftest import Deployed

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_who_reads_a_page_from_disk_is_counted_and_a_program_is_not(deployed: Deployed, post: str) -> None:
    etag = deployed.until_stored(post).header("ETag") or ""
    before = reads(deployed)
    for agent in ("Googlebot/2.1", "curl/8.5.0", "", FIREFOX):
        ask_from_disk(deployed, post, User_Agent=agent)
    ask_from_disk(deployed, post, method="HEAD", User_Agent=FIREFOX)
    ask_from_disk(deployed, post, User_Agent=FIREFOX, Sec_Purpose="prefetch;prerender")
    ask_from_disk(deployed, post, User_Agent=FIREFOX, If_None_Match=etag)
    ask_from_disk(deployed, post, User_Agent=FIREFOX)

    assert reads_once_heard(deployed, before + 3) == before + 3


def test_a_read_counts_though_its_page_changes_in_the_next_moment(deployed: Deployed, post: str) -> None:
    """Told of it is later, when what was read is past."""
    deployed.until_stored("/posts")
    before = reads(deployed)
    for number in range(5):
        deployed.until_stored(post)
        deployed.front.ask(post, User_Agent=FIREFOX)
        with deployed.changing() as (_session, make):
            make.tag(f"Tide {number}")
        deployed.until_stored("/posts")

    assert reads_once_heard(deployed, before + 5) == before + 5


def test_what_is_past_goes_once_nobody_can_be_told_of_it(deployed: Deployed, post: str) -> None:
    deployed.until_stored(post)
    past = (deployed.pages / "current").resolve()
    with deployed.changing() as (_session, make):
        make.tag("Ebb")
    assert past.exists()

    deadline = time.monotonic() + 60
    while past.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def ask_from_disk(deployed: Deployed, path: str, *, method: str = "GET", **headers: str) -> None:
    assert deployed.is_stored(path)
    deployed.front.ask(path, method=method, **headers)
    assert deployed.is_stored(path)


def reads_once_heard(deployed: Deployed, expected: int) -> int:
    """nginx tells of a read within a second, ours hears of it within another, and counts are written when it ends.

    What comes later than that counts as well, so it is looked at once more.
    """
    deadline = time.monotonic() + 60
    while _reads_after_a_while(deployed) < expected:
        assert time.monotonic() < deadline
    return _reads_after_a_while(deployed)


def _reads_after_a_while(deployed: Deployed) -> int:
    time.sleep(2)
    deployed.restart()
    return reads(deployed)


def reads(deployed: Deployed) -> int:
    with deployed.changing() as (session, _make):
        return session.scalar(select(func.coalesce(func.sum(PostReads.reads), 0))) or 0
