"""What nginx tells of reads is judged as a request is; what is no such line is nothing."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from cms.site.kept import hearing
from cms.site.kept.hearing import Ear
from cms.site.reads import reads_of
from cms.web.meters import meters_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
FOG = {"/posts/fog": 7}


Tell = Callable[..., None]


@pytest.fixture
def sweeps() -> list[str]:
    return []


@pytest.fixture
def ear(app: Flask, clean: None, tmp_path: Path, sweeps: list[str]) -> Ear:
    found = Ear(app, tmp_path / "reads.log", FOG.get, lambda: sweeps.append("swept"))
    found.open()
    return found


@pytest.fixture
def tell(ear: Ear, tmp_path: Path) -> Tell:
    """As nginx does, which opens the file once."""

    def _tell(*lines: bytes) -> None:
        with (tmp_path / "reads.log").open("ab", buffering=0) as file:
            for one in lines:
                file.write(one + b"\n")

    return _tell


def line(path: str = "/posts/fog", agent: str = FIREFOX, purpose: str = "", older: str = "") -> bytes:
    return json.dumps([path, agent, purpose, older]).encode()


def counted(app: Flask) -> Counter[int]:
    taken = reads_of(app).take()
    return taken[1] if taken else Counter()


def until_heard(app: Flask, reads: int) -> None:
    """Of the one post, so many reads and no more, by whoever listens beside."""
    heard: Counter[int] = Counter()
    deadline = time.monotonic() + 60
    while heard != {7: reads}:
        assert time.monotonic() < deadline, heard
        heard += counted(app)
        time.sleep(0.01)


def told(app: Flask) -> float:
    value = meters_of(app).registry.get_sample_value("copydesk_kept_answers_total", {"outcome": "from_disk"})
    return value or 0.0


def test_only_people_who_see_a_post_now_are_counted(ear: Ear, app: Flask, tell: Tell) -> None:
    before = told(app)
    lines = [
        line(),
        line("/"),
        line(agent="Googlebot/2.1"),
        line(agent=""),
        line("/posts/fog", FIREFOX, "", "prefetch"),
        line(),
    ]
    tell(*lines)

    assert ear.hear_some()
    assert counted(app) == {7: 2}
    assert told(app) == before + len(lines)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"fog",
        b"[]",
        b'["/posts/fog"]',
        b"7",
        b'["/posts/fog",1,"",{}]',
        b"{}",
        b"\xff: [\xff",
        b"[" * 60_000,
    ],
)
def test_anything_else_is_nothing(ear: Ear, app: Flask, tell: Tell, said: bytes) -> None:
    tell(said, line())

    ear.hear_some()

    assert counted(app) == {7: 1}


def test_an_agent_that_is_no_text_harms_nothing(ear: Ear, app: Flask, tell: Tell) -> None:
    tell(b'["/posts/fog","Firefox \xff","",""]')

    ear.hear_some()

    assert counted(app) == {7: 1}


def test_it_listens_by_itself_to_what_an_earlier_run_left_and_to_what_comes(ear: Ear, app: Flask, tell: Tell) -> None:
    tell(line())
    ear.open()
    threading.Thread(target=ear.listen, daemon=True).start()
    tell(line(), line())

    until_heard(app, 3)
    ear.finish()


def test_who_ends_has_heard_all_and_hears_nothing_more(ear: Ear, app: Flask, tell: Tell) -> None:
    """What comes after it is counted by the next."""
    tell(*[line()] * 10_000)
    ear.finish()
    assert counted(app) == {7: 10_000}

    tell(line())
    assert not ear.hear_some()
    assert counted(app) == {}


def test_what_is_past_goes_when_all_is_heard(ear: Ear, tell: Tell, sweeps: list[str]) -> None:
    tell(line())
    assert ear.hear_some()
    assert sweeps == []

    assert not ear.hear_some()
    assert sweeps == ["swept"]


def test_where_no_file_can_be_nothing_is_counted_and_all_else_goes_on(app: Flask, tmp_path: Path) -> None:
    ear = Ear(app, tmp_path / ("x" * 300), FOG.get, lambda: None)

    ear.open()
    ear.finish()


def test_where_nothing_can_be_taken_away_nothing_is_counted(
    ear: Ear, app: Flask, tell: Tell, sweeps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be counted again with every look."""
    tell(line())
    with monkeypatch.context() as patched:
        patched.setattr("cms.core.intake.ctypes.CDLL", lambda *_asked, **_more: object())
        ear.open()

        assert not ear.hear_some()
        assert counted(app) == {}
        assert sweeps == ["swept"]

    ear.open()
    assert ear.hear_some()
    assert counted(app) == {7: 1}


def test_a_file_that_is_made_later_is_heard_then(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "AFTER_FAULT_SECONDS", 0.01)
    folder = tmp_path / "made-later"
    ear = Ear(app, folder / "reads.log", FOG.get, lambda: None)
    ear.open()
    threading.Thread(target=ear.listen, daemon=True).start()
    folder.mkdir()
    (folder / "reads.log").write_bytes(line() + b"\n")

    until_heard(app, 1)
    ear.finish()
