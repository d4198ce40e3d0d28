"""Somebody who publishes so many times a second through the form of a post, as a browser would."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from multiprocessing import get_context
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

from bench.desk import Client, hidden, sign_in
from bench.installation import OWNER
from bench.programs import status_of
from cms.cli.demo.load import PASSWORD

PER_SECOND = 5
#: One that waits for its answer does not hold up the next, as people do not wait for one another.
DESKS = 3
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
    """Publishes in a process of its own while the block lasts, from its first moment; `result` is there afterwards."""

    def __init__(self, base: str, seconds: float, per_second: float = PER_SECOND) -> None:
        self.result = Published()
        spawning = get_context("spawn")  # for an interpreter of its own, which nothing here holds up
        self._here, self._there = spawning.Pipe()
        asked = (self._there, base, newest(base, DESKS), seconds, per_second)
        self._process = spawning.Process(target=work, args=asked)

    def __enter__(self) -> "Press":
        self._process.start()
        self._there.close()  # so that a process that fails is noticed
        self._here.recv()
        self._here.send("begin")
        return self

    def __exit__(self, *_raised: object) -> None:
        self.result = self._here.recv()
        self._process.join()


def work(told: Connection, base: str, posts: list[int], seconds: float, per_second: float) -> None:
    """Signs in, says so, and publishes once it is told to; each post at a desk of its own, in turns."""
    clients = [_signed_in(base) for _post in posts]
    told.send("ready")
    told.recv()
    begins = time.monotonic()
    published = Published()
    with ThreadPoolExecutor(len(posts)) as desks:
        shifts = [
            desks.submit(_shift, client, post, begins + number / per_second, begins + seconds, len(posts) / per_second)
            for number, (client, post) in enumerate(zip(clients, posts, strict=True))
        ]
        for shift in shifts:
            published.add(shift.result())
    told.send(published)


def newest(base: str, count: int) -> list[int]:
    """The posts at the top of the front page."""
    return [post for post, _path in newest_texts(base, count)]


def newest_texts(base: str, count: int) -> list[tuple[int, str]]:
    """Those posts, with the paths of their pages."""
    _status, body, _etag = status_of(f"{base}/api/v1/posts?fields=id,url&limit={count}")
    return [(one["id"], urlsplit(one["url"]).path) for one in json.loads(body)["items"]]


def publish_once(base: str, post: int) -> None:
    """Raises where it was not taken."""
    published = Published()
    _publish(_signed_in(base), post, published)
    if published.errors:
        raise RuntimeError(published.errors[0])


def _signed_in(base: str) -> Client:
    client = Client(base)
    sign_in(client, OWNER, PASSWORD)
    return client


def _shift(client: Client, post: int, begins: float, ends: float, every: float) -> Published:
    published = Published()
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
