"""Which pages of a site are asked for, found as a reader or a search engine finds them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bench.programs import status_of
from bench.wagtail import Peer
from bench.wrk import Target, warm

POSTS, DEEP_PAGES = 500, 500
POST = "/posts/"
LOCATION = re.compile(r"<loc>([^<]+)</loc>")
OLDER = re.compile(r'<link rel="next" href="([^"]+)"')
#: The other name of this machine: nothing is kept for it, so Flask makes each page.
OTHER_NAME = "localhost"
#: What a reader comes by: the front page more often than others.
MIX = {"/": 4, "/posts": 1, "/feed.atom": 2}


@dataclass(frozen=True)
class Pages:
    """Paths; `every_post` is asked for but once in a round, so that each is a miss."""

    deep: str
    posts: list[str]
    every_post: list[str]
    mix: list[str]


def find(base: str) -> Pages:
    """Of a site with enough posts."""
    located = _located(base)
    every = every_post(base)
    spread = every[:: max(1, len(every) // POSTS)][:POSTS]
    front = list(dict.fromkeys(re.findall(r'href="(/posts/[\w%-]+)"', _text(f"{base}/"))))
    lists = [next(path for path in located if path.startswith(kind)) for kind in ("/tags/", "/authors/")]
    mix = [path for path, times in MIX.items() for _ in range(times)] + lists + front[:7]
    return Pages(_deep(base), spread, every, mix)


def every_post(base: str) -> list[str]:
    """The paths of all published posts, the oldest first."""
    return [path for path in _located(base) if path.startswith(POST)]


def _located(base: str) -> list[str]:
    return [path for sitemap in LOCATION.findall(_text(f"{base}/sitemap.xml")) for path in _paths(base, sitemap)]


def targets(base: str, pages: Pages, empty: str, plain_file: str, peer: Peer | None) -> dict[str, Target]:
    """Everything that is measured by itself, in the order of a round: what is compared stands close together."""
    front = Target(base, ["/"])
    posts = Target(base, pages.posts)
    found = {
        "empty view": Target(empty, ["/"]),
        "home": front,
        "deep archive": Target(base, [pages.deep]),
        "500 posts": posts,
        "feed": Target(base, ["/feed.atom"]),
        "home, 304": Target(base, ["/"], warm(front)),
        "500 posts, 304": Target(base, pages.posts, warm(posts)),
        "nginx, a file": Target(plain_file, ["/"]),
        "home, missed": Target(base, ["/"], headers={"Host": _other_name(base)}, kept=False),
        "posts, missed": Target(base, pages.posts, headers={"Host": _other_name(base)}, kept=False),
        "posts after a change": Target(base, pages.every_post, kept=False),
        "mix": Target(base, pages.mix),
    }
    return found | dict(_peers(peer))


def _other_name(base: str) -> str:
    """Under which nothing is kept, so that Flask makes the page each time."""
    return f"{OTHER_NAME}:{base.rpartition(':')[2]}"


def _peers(peer: Peer | None) -> Iterator[tuple[str, Target]]:
    if peer is not None:
        yield "Wagtail home", Target(peer.plain, [peer.home], kept=False)
        yield "Wagtail 500 posts", Target(peer.plain, peer.posts, kept=False)
        yield "Wagtail home, kept", Target(peer.kept, [peer.home])
        yield "Wagtail 500 posts, kept", Target(peer.kept, peer.posts)


def _deep(base: str) -> str:
    """As many pages down the list of all posts as there are, 500 at most."""
    path = "/posts"
    for _ in range(DEEP_PAGES):
        older = OLDER.search(_text(base + path))
        if older is None:
            break
        path = older[1].removeprefix(base).replace("&amp;", "&")
    return path


def _paths(base: str, sitemap: str) -> list[str]:
    return [location.removeprefix(base) for location in LOCATION.findall(_text(sitemap))]


def _text(url: str) -> str:
    status, body, _etag = status_of(url)
    if status != 200:
        raise RuntimeError(f"{url} answered {status}.")
    return body.decode()
