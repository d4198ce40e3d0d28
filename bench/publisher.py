"""Somebody who publishes so many times a second through the form of a post, as a browser would."""

import json
import re
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from multiprocessing import get_context
from urllib.parse import urlsplit

from bench.desk import Client, hidden, sign_in
from bench.installation import OWNER
from bench.programs import status_of
from cms.cli.demo.load import PASSWORD

PER_SECOND = 5
#: One that waits for its answer does not hold up the next, as people do not wait for one another.
DESKS = 3
#: For a process that starts and people who sign in.
LEAD_SECONDS = 6
BODY = re.compile(r'<textarea[^>]*name="body"[^>]*>\n?(.*?)</textarea>', re.DOTALL)


@dataclass
class Published:
    """What came of it; `seconds` are those of opening the form and sending it."""

    done: int = 0
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def add(self, other: "Published") -> None:
        self.done += other.done
        self.seconds += other.seconds
        self.errors += other.errors


class Press:
    """Publishes in a process of its own while the block lasts; `result` is there afterwards."""

    def __init__(self, base: str, seconds: float, per_second: float = PER_SECOND) -> None:
        self.result = Published()
        self._asked = (base, seconds, per_second)

    def __enter__(self) -> "Press":
        base, seconds, per_second = self._asked
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        begins = time.monotonic() + LEAD_SECONDS  # one clock for all processes
        self._work = self._pool.submit(publish, base, newest(base, DESKS), begins, seconds, per_second)
        time.sleep(LEAD_SECONDS)
        return self

    def __exit__(self, *_raised: object) -> None:
        self.result = self._work.result()
        self._pool.shutdown()


def newest(base: str, count: int) -> list[int]:
    """The posts at the top of the front page."""
    return [post for post, _path in newest_texts(base, count)]


def newest_texts(base: str, count: int) -> list[tuple[int, str]]:
    """Those posts, with the paths of their pages."""
    _status, body, _etag = status_of(f"{base}/api/v1/posts?fields=id,url&limit={count}")
    return [(one["id"], urlsplit(one["url"]).path) for one in json.loads(body)["items"]]


def publish(base: str, posts: list[int], begins: float, seconds: float, per_second: float) -> Published:
    """Each post at a desk of its own, in turns."""
    with ThreadPoolExecutor(len(posts)) as desks:
        shifts = [
            desks.submit(_shift, base, post, begins + number / per_second, begins + seconds, len(posts) / per_second)
            for number, post in enumerate(posts)
        ]
        published = Published()
        for shift in shifts:
            published.add(shift.result())
        return published


def publish_once(base: str, post: int) -> None:
    """Raises where it was not taken."""
    client = Client(base)
    sign_in(client, OWNER, PASSWORD)
    published = Published()
    _publish(client, post, published)
    if published.errors:
        raise RuntimeError(published.errors[0])


def _shift(base: str, post: int, begins: float, ends: float, every: float) -> Published:
    client, published = Client(base), Published()
    sign_in(client, OWNER, PASSWORD)
    while begins < ends and time.monotonic() < ends:  # what cannot keep up is left out, and missed
        time.sleep(max(0.0, begins - time.monotonic()))
        begins += every
        began = time.monotonic()
        _publish(client, post, published)
        published.seconds.append(time.monotonic() - began)
    return published


def _publish(client: Client, post: int, published: Published) -> None:
    """Opens the form, changes the title, and presses “Publish”."""
    path = f"/admin/posts/edit/?id={post}"
    status, page, _location = client.ask(path)
    body = BODY.search(page)
    if status != 200 or body is None:
        published.errors.append(f"{status} on opening the form")
        return
    form = {name: hidden(page, name) for name in ("csrf_token", "version")}
    title = f"Published at {time.time():.6f}"
    form |= {"title": title, "body": unescape(body[1]), "move": "publish"}
    status, _page, location = client.ask(path, form)
    if status == 302 and "/login" not in location:
        published.done += 1
    else:
        published.errors.append(f"{status} {location} on publishing")
