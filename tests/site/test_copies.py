"""Smaller copies of images: made where they are first asked for, bounded, and offered by every public page."""

import io
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.media import renditions
from cms.media.models import Media, Rendition
from cms.media.paths import path_of
from cms.posts.lifecycle import PUBLISHED
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make
from tests.media import files
from tests.site.test_media import fetch, stored

__all__ = ["stored"]


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(("format", "mime"), [("webp", "image/webp"), ("avif", "image/avif")])
def test_a_copy_is_as_wide_as_its_address_says_and_kept_for_ever(
    browser: Browser, stored, session: Session, format: str, mime: str
) -> None:
    media = stored(files.image(size=(1000, 600)), "ferry.png")
    address = renditions.path_of_copy(media, "w640", format)

    first, second = fetch(browser, address), fetch(browser, address)

    assert (first.status_code, first.mimetype) == (200, mime)
    assert opened(first.data).size == (640, 384)
    assert first.data == second.data
    assert first.cache_control.immutable
    assert "Set-Cookie" not in first.headers
    assert "sandbox" in first.headers["Content-Security-Policy"]
    [row] = session.scalars(select(Rendition))
    assert (row.width, row.height, row.bytes, row.source) == (640, 384, len(first.data), media.digest)


def test_nothing_is_made_larger_than_it_is(browser: Browser, stored) -> None:
    media = stored(files.image(size=(700, 100)), "quay.png")

    assert renditions.widths_of(media) == {320: 320, 640: 640, 960: 700}
    assert opened(fetch(browser, renditions.path_of_copy(media, "w960")).data).size == (700, 100)
    assert fetch(browser, renditions.path_of_copy(media, "w1280")).status_code == 404


def test_a_square_keeps_the_most_important_point(browser: Browser, stored, session: Session) -> None:
    media = stored(files.image(size=(1000, 500)), "ferry.png")
    media.focal_x = 0.0
    session.commit()

    picture = opened(fetch(browser, renditions.path_of_copy(media, renditions.square_of(media, 160))).data)

    assert picture.size == (160, 160)
    red, _green, blue = picture.convert("RGB").getpixel((150, 80))
    assert red > blue


def test_only_declared_copies_are_made(browser: Browser, stored, session: Session) -> None:
    media = stored(files.image(size=(1000, 500)), "ferry.png")
    sound = stored(files.mp3(), "fog.mp3")
    base = f"/media/{media.id}/{media.digest[:16]}"

    for path in (
        f"{base}/w641/ferry.webp",
        f"{base}/w0640/ferry.webp",
        f"{base}/w9999/ferry.webp",
        f"{base}/s161-50-50/ferry.webp",
        f"{base}/s160-51-50/ferry.webp",
        f"{base}/s160-050-50/ferry.webp",
        f"{base}/w640/other.webp",
        f"{base}/w640/ferry.png",
        f"{base}/w640/ferry.",
        f"{base}/w640/ferry",
        f"/media/{media.id}/{'0' * 16}/w640/ferry.webp",
        f"/media/{media.id + 9}/{media.digest[:16]}/w640/ferry.webp",
        f"/media/{sound.id}/{sound.digest[:16]}/w640/fog.webp",
    ):
        assert fetch(browser, path).status_code == 404, path
    assert session.scalar(select(func.count()).select_from(Rendition)) == 0


def test_an_animation_stays_one(browser: Browser, stored) -> None:
    media = stored(files.animation(size=(400, 400)), "waves.gif")

    answer = fetch(browser, renditions.path_of_copy(media, "w320", "avif"))

    assert answer.mimetype == "image/webp"
    assert opened(answer.data).n_frames == 3


def test_a_copy_goes_with_its_file_to_the_trash(browser: Browser, stored, session: Session, make: Make) -> None:
    media = stored(files.image(size=(400, 400)), "ferry.png")
    address = renditions.path_of_copy(media, "w320")
    fetch(browser, address)
    media.trashed_at = make.at
    session.commit()

    assert fetch(browser, address).status_code == 404


def test_a_copy_whose_bytes_were_lost_is_made_again(browser: Browser, stored, session: Session) -> None:
    media = stored(files.image(size=(400, 400)), "ferry.png")
    address = renditions.path_of_copy(media, "w320")
    before = fetch(browser, address).data
    row = session.scalars(select(Rendition)).one()
    row.digest = "0" * 64
    session.commit()

    assert fetch(browser, address).data == before
    session.refresh(row)
    assert row.digest != "0" * 64


def test_many_who_ask_at_once_get_one_copy(browser: Browser, stored, session: Session) -> None:
    media = stored(files.image(size=(1200, 900)), "ferry.png")
    address = renditions.path_of_copy(media, "w960")
    session.commit()

    def ask(_number: int) -> bytes:
        return browser.app.test_client().get(address, buffered=True).data

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(ask, range(6)))

    assert len(answers) == 1
    assert session.scalar(select(func.count()).select_from(Rendition)) == 1


def test_a_page_offers_every_size_of_its_images(browser: Browser, session: Session, make: Make, engine) -> None:
    media, broad, face = make.media(alt="The quay", width=2000, height=1000), make.media(), make.media()
    author = make.author()
    author.avatar_id = face.id
    body = f'![The quay]({path_of(media)})\n\n<figure class="broad"><img src="{path_of(broad)}" alt="A > B"></figure>'
    make.post(author=author, slug="ferry", status=PUBLISHED, body=body, featured_media_id=media.id)
    session.commit()

    page = browser.get("/posts/ferry").text

    assert page.count('<source type="image/avif"') == 3
    assert f'{renditions.path_of_copy(media, "w1920", "avif")} 1920w"' in page
    assert f'{renditions.path_of_copy(broad, "w960", "webp")} 800w"' in page
    assert 'sizes="min(100vw, 42rem, 2000px)"' in page
    assert 'sizes="min(100vw, 72rem, 800px)"' in page
    assert f'<img src="{path_of(media)}" alt="The quay" width="2000" height="1000"' in page
    assert re.search(r'alt="A (&gt;|>) B"', page)
    assert renditions.path_of_copy(face, "s160-50-50") in page


def test_images_of_a_text_cost_one_query_however_many(browser: Browser, session: Session, make: Make, engine) -> None:
    def page(slug: str, images: int) -> None:
        body = "\n\n".join(f"![x]({path_of(make.media())})" for _ in range(images))
        make.post(slug=slug, status=PUBLISHED, body=body)

    page("one", 1)
    page("many", 20)
    session.commit()
    browser.get_unkept("/posts/one")
    with counted(engine) as few:
        browser.get_unkept("/posts/one")
    with counted(engine) as many:
        browser.get_unkept("/posts/many")

    assert len(many) == len(few)


def test_an_image_in_the_trash_is_left_as_it_was(browser: Browser, session: Session, make: Make) -> None:
    media = make.media(trashed_at=make.at)
    make.post(slug="ferry", status=PUBLISHED, body=f"![The quay]({path_of(media)})", featured_media_id=None)
    session.commit()

    page = browser.get("/posts/ferry").text

    assert "<picture>" not in page
    assert f'src="{path_of(media)}"' in page


def test_columns_of_a_copy_are_those_of_its_file(stored) -> None:
    media: Media = stored(files.image(size=(40, 30)), "ferry.png")

    assert renditions.srcset(media, "webp") == f"{renditions.path_of_copy(media, 'w320')} 40w"
