"""What nginx sends from disk is counted as read, whatever happens in the next moment."""

import re
import time
from urllib.request import urlopen

from sqlalchemy import func, select

from cms.posts.models import PostReads
from tests.deploy.conftest import Deployed

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_who_reads_a_page_from_disk_is_counted_and_a_program_is_not(deployed: Deployed, post: str) -> None:
    """nginx tells of it; what was counted is written at the latest when the process ends."""
    etag = deployed.until_stored(post).header("ETag") or ""
    deployed.restart()
    before = reads(deployed)
    deployed.until_stored(post)
    for agent in (FIREFOX, FIREFOX, "Googlebot/2.1", "curl/8.5.0", ""):
        ask_and_be_heard(deployed, post, User_Agent=agent)
    ask_and_be_heard(deployed, post, User_Agent=FIREFOX, If_None_Match=etag)
    ask_and_be_heard(deployed, post, User_Agent=FIREFOX, Sec_Purpose="prefetch;prerender")
    deployed.front.ask(post, method="HEAD", User_Agent=FIREFOX)  # of which nginx tells nothing
    assert deployed.is_stored(post)

    deployed.restart()

    assert reads(deployed) == before + 3


def test_a_read_counts_though_its_page_changes_in_the_next_moment(deployed: Deployed, post: str) -> None:
    """Told of it is later, when what was read is past."""
    deployed.until_stored("/posts")
    deployed.restart()
    before = reads(deployed)
    for number in range(5):
        deployed.until_stored(post)
        deployed.front.ask(post, User_Agent=FIREFOX)
        with deployed.changing() as (_session, make):
            make.tag(f"Tide {number}")
        deployed.until_stored("/posts")

    deployed.restart()

    assert reads(deployed) == before + 5


def ask_and_be_heard(deployed: Deployed, path: str, **headers: str) -> None:
    """nginx tells of it after it has answered."""
    assert deployed.is_stored(path)
    before = heard(deployed)
    deployed.front.ask(path, **headers)
    deadline = time.monotonic() + 60
    while heard(deployed) == before:
        assert time.monotonic() < deadline, f"nobody heard of {path}"
        time.sleep(0.05)


def heard(deployed: Deployed) -> float:
    with urlopen(f"http://127.0.0.1:{deployed.port}/metrics", timeout=10) as answer:
        said = answer.read().decode()
    told = re.search(r'^copydesk_kept_answers_total\{outcome="from_disk"\} (\S+)$', said, re.MULTILINE)
    return float(told[1]) if told else 0.0


def reads(deployed: Deployed) -> int:
    with deployed.changing() as (session, _make):
        return session.scalar(select(func.coalesce(func.sum(PostReads.reads), 0))) or 0
