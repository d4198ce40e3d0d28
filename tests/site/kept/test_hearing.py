"""What nginx tells of reads is judged as a request is; what is no such line is nothing."""

import json
import socket
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask

from cms.site.kept.hearing import SOCKET, Ear
from cms.site.reads import reads_of
from cms.web.meters import meters_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
FOG = {"/posts/fog": 7}
HEADER = b"<190>Nov 29 15:07:21 copydesk: "


@pytest.fixture
def ear(app: Flask, clean: None, tmp_path: Path) -> Ear:
    return Ear(app, tmp_path / SOCKET, FOG.get)


def line(path: str = "/posts/fog", agent: str = FIREFOX, purpose: str = "", older: str = "") -> bytes:
    return HEADER + json.dumps([path, agent, purpose, older]).encode()


def counted(app: Flask) -> Counter[int]:
    taken = reads_of(app).take()
    return taken[1] if taken else Counter()


def told(app: Flask) -> float:
    value = meters_of(app).registry.get_sample_value("copydesk_kept_answers_total", {"outcome": "from_disk"})
    return value or 0.0


def test_only_people_who_see_a_post_now_are_counted(ear: Ear, app: Flask) -> None:
    before = told(app)
    lines = [
        line(),
        line("/"),
        line(agent="Googlebot/2.1"),
        line(agent=""),
        line("/posts/fog", FIREFOX, "", "prefetch"),
    ]
    for one in lines:
        ear.hear(one)

    assert counted(app) == {7: 1}
    assert told(app) == before + len(lines)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        HEADER,
        b"fog",
        HEADER + b"[]",
        HEADER + b'["/posts/fog"]',
        HEADER + b"7",
        HEADER + b'["/posts/fog",1,"",{}]',
        HEADER + b"{}",
        b"\xff: [\xff",
        HEADER + b"[" * 60_000,
    ],
)
def test_anything_else_is_nothing(ear: Ear, app: Flask, said: bytes) -> None:
    ear.hear(said)

    assert counted(app) == {}


def test_an_agent_that_is_no_text_harms_nothing(ear: Ear, app: Flask) -> None:
    ear.hear(HEADER + b'["/posts/fog","Firefox \xff","",""]')

    assert counted(app) == {7: 1}


def test_what_an_earlier_run_left_is_in_nobodys_way(ear: Ear, app: Flask, tmp_path: Path) -> None:
    (tmp_path / SOCKET).touch()
    ear.open()
    threading.Thread(target=ear.listen, daemon=True).start()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as nginx:
        nginx.connect(str(tmp_path / SOCKET))
        for _number in range(3):
            nginx.send(line())
    heard: Counter[int] = Counter()

    deadline = time.monotonic() + 10
    while heard != {7: 3}:
        assert time.monotonic() < deadline, heard
        heard += counted(app)
        time.sleep(0.01)


def test_where_no_socket_can_be_nothing_is_counted_and_all_else_goes_on(app: Flask, tmp_path: Path) -> None:
    ear = Ear(app, tmp_path / ("x" * 120), FOG.get)

    ear.open()
    ear.listen()
