"""Files of pages that are broken, moved or written by somebody else stand in nobody's way, and before no reader."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from cms.core.generation import grow
from cms.posts.models import Post
from cms.site.kept.seal import BYTES
from cms.site.kept.shelf import Files
from tests.browser import Browser
from tests.site.kept.test_shelf import page

Write = Callable[[bytes], bytes]


def saying(**other: Any) -> Write:
    """The same page, described in another way."""

    def write(data: bytes) -> bytes:
        line, body = data[BYTES:].split(b"\n", 1)
        return data[:BYTES] + json.dumps(json.loads(line) | other).encode() + b"\n" + body

    return write


WRONG: list[Write] = [
    saying(since="yesterday"),
    saying(until="tomorrow"),
    saying(headers=[[1, 2]]),
    saying(headers=[["Link", "</>\r\nSet-Cookie: mine=1"]]),
    saying(headers=[["Content-Security-Policy", "default-src *"]]),
    saying(questions={"asked": [], "answers": "00", "settings": "", "plans_once": "often"}),
    lambda data: data.replace(b'"post_id": ', b'"post_id": ' + b"[" * 100_000),
    lambda data: b"\0" * len(data),
    lambda data: data[: len(data) // 2],
    lambda data: data[: BYTES // 2],
]


@pytest.mark.parametrize("is_old", [False, True])
def test_a_page_whose_file_is_wrong_is_made(
    two_processes: tuple[Browser, Browser], session: Session, post: Post, tmp_path: Path, *, is_old: bool
) -> None:
    def change() -> None:
        grow(session.connection())
        session.commit()

    one, other = two_processes
    anew = one.get_unkept("/about").data
    for write in WRONG:
        change()
        one.get("/about")
        (file,) = (path for path in (tmp_path / "pages").rglob("*") if len(path.name) == 64)
        file.write_bytes(write(file.read_bytes()))
        if is_old:
            change()
        found = other.get("/about")

        assert (found.status_code, found.data) == (200, anew)
        assert "default-src 'none'" in found.headers["Content-Security-Policy"]


def test_only_what_was_put_there_by_us_is_a_page_and_there_alone(tmp_path: Path) -> None:
    ours, theirs = Files(tmp_path, "release", "secret"), Files(tmp_path, "release", "another")
    ours.put("/about?", page())
    (place,) = (tmp_path / "release").iterdir()
    data = place.read_bytes()
    ours.put("/?", page())
    for file in (tmp_path / "release").iterdir():
        file.write_bytes(data)

    assert ours.get("/about?") == ours.get("/about?", 1) == page()
    assert ours.get("/?") is ours.get("/?", 1) is theirs.get("/about?") is None
