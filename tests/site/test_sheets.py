"""Strips of thumbnails: one picture for a list of files, declared by what the files show, put together once."""

import hashlib
import io
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from cms.core import locks
from cms.media.models import Media, Rendition
from cms.media.paths import path_of
from cms.media.renditions import square_of
from cms.media.sheets import CELL_SIDE, CELLS, Cell
from cms.site import sheets
from cms.web import runtime
from cms.web.pictures import cells
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make
from tests.media import files
from tests.site.test_media import fetch, stored

__all__ = ["stored"]


@pytest.fixture
def cells_of(app: Flask) -> Callable[[Iterable[Media]], dict[int, Cell]]:
    """As a list of the running application names them."""

    def named(files: Iterable[Media]) -> dict[int, Cell]:
        with app.app_context():
            return cells(files)

    return named


def colours_of(data: bytes, side: int) -> list[tuple[int, ...]]:
    """The colour in the middle of each cell."""
    strip = Image.open(io.BytesIO(data)).convert("RGBA")
    assert strip.size == (side, side * CELLS)
    return [strip.getpixel((side // 2, side // 2 + side * number)) for number in range(CELLS)]


def plain(colour: str, size: tuple[int, int] = (300, 200)) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    file.seek(0)
    return file


@pytest.mark.parametrize(("format", "mime"), [("webp", "image/webp"), ("avif", "image/avif")])
def test_each_file_has_its_cell_and_the_rest_is_empty(
    browser: Browser, stored, format: str, mime: str, cells_of
) -> None:
    red, blue = stored(plain("#f00"), "red.png"), stored(plain("#00f", (90, 400)), "blue.png")
    cells = cells_of([blue, red])

    answer = fetch(browser, cells[red.id].path(160, format))

    assert cells[red.id].sheet == cells[blue.id].sheet
    assert (answer.status_code, answer.mimetype) == (200, mime)
    assert answer.cache_control.immutable
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    found = colours_of(answer.data, 160)
    first, second = found[cells[blue.id].number], found[cells[red.id].number]
    assert first[2] > 200 > 60 > first[0]
    assert second[0] > 200 > 60 > second[2]
    assert {cell[3] for cell in found[2:]} == {0}


def test_a_strip_is_found_again_without_work(browser: Browser, stored, session: Session, engine, cells_of) -> None:
    one = stored(plain("#f00"), "red.png")
    address = cells_of([one])[one.id].path(320)
    session.commit()

    with counted(engine) as first:
        before = fetch(browser, address)
    with counted(engine) as again:
        after = fetch(browser, address, headers={"If-None-Match": before.headers["ETag"]})

    assert after.status_code == 304
    assert len(again) < len(first)
    assert not [statement for statement in again if "renditions" in statement]


def test_copies_that_were_made_before_cost_one_query_however_many(
    browser: Browser, stored, session, engine, cells_of
) -> None:
    few = [stored(plain(f"#{number}00"), f"{number}.png") for number in range(2)]
    many = [stored(plain(f"#0{number}0"), f"more-{number}.png") for number in range(9)]
    for media in (*few, *many):
        fetch(browser, f"/media/{media.id}/{media.digest[:16]}/s320-50-50/{media.filename.replace('png', 'webp')}")
    addresses = [cells_of(files)[files[0].id].path(160) for files in (few, many)]
    session.commit()

    with counted(engine) as of_few:
        fetch(browser, addresses[0])
    with counted(engine) as of_many:
        fetch(browser, addresses[1])

    assert len(of_many) == len(of_few)


def test_nothing_is_told_that_was_not_in_a_list(
    browser: Browser, stored, session: Session, make: Make, cells_of
) -> None:
    one, other = stored(plain("#f00"), "red.png"), stored(plain("#0f0"), "green.png")
    sound = stored(files.mp3(), "fog.mp3")
    cell = cells_of([one, other, sound])[one.id]
    digest = cell.sheet.rpartition("/")[2]

    for path in (
        f"/media/sheets/{other.id}-{one.id}/{digest}/160.webp",
        f"/media/sheets/{one.id}/{digest}/160.webp",
        f"/media/sheets/{one.id}-{other.id}/{'0' * 32}/160.webp",
        f"/media/sheets/{one.id}-{other.id}-{sound.id}/{digest}/160.webp",
        f"/media/sheets/{'9' * 30}/{digest}/160.webp",
        f"/media/sheets/{'-'.join(['1'] * 400)}/{digest}/160.webp",
        f"/media/sheets/{one.id}-x/{digest}/160.webp",
        f"/media/sheets/-/{digest}/160.webp",
        f"{cell.sheet}/161.webp",
        f"{cell.sheet}/160.png",
    ):
        assert fetch(browser, path).status_code == 404, path

    assert fetch(browser, cell.path(160)).status_code == 200
    other.trashed_at = make.at
    session.commit()
    assert fetch(browser, cell.path(160)).status_code == 404


def test_strangers_cannot_have_rows_made_of_the_files_that_they_know(browser: Browser, stored) -> None:
    """Of 25 images there are more rows than atoms, and each would cost a second of work."""
    one = stored(plain("#f00"), "red.png")
    known = f"{one.id} {hashlib.sha256(fetch(browser, path_of(one)).data).hexdigest()} {square_of(one, CELL_SIDE)}"

    for times in (1, 2, 25):
        digest = hashlib.sha256("\n".join([known] * times).encode()).hexdigest()[:32]
        path = f"/media/sheets/{'-'.join([str(one.id)] * times)}/{digest}/160.webp"
        assert fetch(browser, path).status_code == 404
    assert fetch(browser, f"/media/sheets/{one.id}/%C3%A9/160.webp").status_code == 404


def test_another_point_of_focus_has_another_address(stored, cells_of) -> None:
    media: Media = stored(plain("#f00"), "red.png")
    before = cells_of([media])[media.id].sheet
    media.focal_x = 0.1

    assert cells_of([media])[media.id].sheet != before


def test_a_lost_file_leaves_its_cell_empty_until_it_is_back(
    browser: Browser, stored, session: Session, cells_of
) -> None:
    red, lost = stored(plain("#f00"), "red.png"), stored(plain("#0f0"), "green.png")
    with browser.app.app_context():
        place = Path(runtime().config.storage_url.removeprefix("file://")) / lost.digest[:2] / lost.digest
    content = place.read_bytes()
    place.unlink()
    address = cells_of([red, lost])[red.id].path(160)

    without = fetch(browser, address)
    place.write_bytes(content)
    complete = fetch(browser, address)

    assert [cell[3] > 0 for cell in colours_of(without.data, 160)[:2]] == [True, False]
    assert without.headers["Cache-Control"] == "no-store"
    assert [cell[3] > 0 for cell in colours_of(complete.data, 160)[:2]] == [True, True]
    assert complete.cache_control.immutable


@pytest.mark.timeout(60)
def test_whoever_makes_a_strip_does_not_wait_for_themselves(browser: Browser, stored, monkeypatch, cells_of) -> None:
    """Squares that were never made are made on the way, and few locks stand for all that may be made at once."""
    monkeypatch.setattr(locks, "FILES", 1)
    red = stored(plain("#f00"), "red.png")

    assert fetch(browser, cells_of([red])[red.id].path(160)).status_code == 200


def test_the_oldest_strips_make_room(browser: Browser, stored, monkeypatch, cells_of) -> None:
    monkeypatch.setattr(sheets, "KEPT", 2)
    made = [stored(plain(f"#{number}00"), f"{number}.png") for number in range(3)]
    for media in made:
        assert fetch(browser, cells_of([media])[media.id].path(160)).status_code == 200

    with browser.app.app_context():
        kept = sorted((runtime().config.instance / "sheets").iterdir())
    assert len(kept) == 2


def test_more_files_than_a_strip_holds_take_another(make: Make, cells_of) -> None:
    cells = cells_of([make.media() for _ in range(CELLS + 2)])

    assert len({cell.sheet for cell in cells.values()}) == 2
    assert [cell.number for cell in cells.values()] == [*range(CELLS), 0, 1]


def test_the_library_and_the_chooser_ask_for_one_strip(browser: Browser, session: Session, make: Make) -> None:
    shown = [make.media() for _ in range(9)]
    editor = make.editor()
    session.commit()
    browser.sign_in(editor)

    for path in ("/admin/media/?layout=grid", "/admin/media/", "/admin/media/?layout=list", "/admin/media/choose/"):
        page = browser.get(path, follow_redirects=True).text
        assert page.count('<img class="cell cell-') == len(shown), path
        assert "/s160-" not in page
    assert session.query(Rendition).count() == 0
