"""What is taken, as what, and what is left of it."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from cms.core.errors import CmsError, Invalid, TooLarge
from cms.media import images
from cms.media.inspect import Facts, Limits, inspect
from tests.media import files

LIMITS = Limits(megabytes=1, megapixels=10)


def inspected(file: io.BytesIO, name: str = "a.bin", limits: Limits = LIMITS) -> tuple[bytes, Facts]:
    content, facts = inspect(file, name, limits)
    with content:
        return content.read(), facts


def picture_in(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("sent", "served"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("GIF", "image/png"),
        ("AVIF", "image/webp"),
    ],
)
def test_an_image_keeps_its_size_and_its_colours(sent: str, served: str) -> None:
    content, facts = inspected(files.image(sent))

    assert (facts.mime, facts.width, facts.height, facts.bytes) == (served, 40, 30, len(content))
    red, _green, blue = picture_in(content).convert("RGB").getpixel((5, 15))
    assert red > 150 > 80 > blue


def test_what_ended_the_program_that_reads_images_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tmp_path / "rewriting.py"
    broken.write_text("import no_such_library\n")
    monkeypatch.setattr(images, "REWRITING", broken)

    with pytest.raises(Invalid):
        inspected(files.image("PNG"))

    assert caplog.messages == ["image helper ended with 1: ModuleNotFoundError: No module named 'no_such_library'"]


@pytest.mark.parametrize("mime", files.SOUNDS_AND_FILMS)
def test_other_files_are_known_by_their_first_bytes_and_kept_as_they_are(mime: str) -> None:
    content, facts = inspected(io.BytesIO(files.SOUNDS_AND_FILMS[mime]), "holiday.exe")

    assert content == files.SOUNDS_AND_FILMS[mime]
    assert facts.mime == mime
    assert not facts.filename.endswith("exe")


def test_sound_with_a_tag_before_it_is_sound() -> None:
    _content, facts = inspected(files.mp3(tag=bytes(300)))

    assert facts.mime == "audio/mpeg"


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"II*\x00" + bytes(100),
        b"PK\x03\x04" + bytes(100),
        b"BM" + bytes(100),
        b"\xff\xfbnot really sound, for a second frame does not follow",
        b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(40),
        b"RIFF\x00\x00\x00\x00AVI " + bytes(40),
        b"\x1aE\xdf\xa3\x9fB\x82\x88matroska" + bytes(40),
        b"OggS\x00\x02" + bytes(20) + b"\x01\x2a\x80theora" + bytes(40),
        b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ",
        b"a",
        b"",
        b"%PDF",
        b"GIF8",
        b"\xff\xd8\xff\xe0 only the beginning of a photograph",
        b"\x89PNG\r\n\x1a\n only the beginning of a picture",
        b"GIF89a",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    ],
)
@pytest.mark.parametrize("name", ["holiday.jpg", "holiday.png.html"])
def test_everything_else_is_refused_with_a_sentence_whatever_its_name(content: bytes, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        inspect(io.BytesIO(content), name, LIMITS)

    assert refusal.value.message.endswith(".")


def test_a_photo_of_a_kind_that_browsers_do_not_show_gets_a_hint() -> None:
    with pytest.raises(Invalid, match="HEIC"):
        inspect(io.BytesIO(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "IMG_1.HEIC", LIMITS)


def test_a_picture_leaves_its_secrets_behind() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif.get_ifd(0x8825).update({1: "N", 2: (50.0, 5.0, 0.0)})
    sent = files.image("JPEG", exif=exif, comment=files.PAYLOAD, xmp=b"<x:xmpmeta>secret</x:xmpmeta>")
    sent.seek(0, io.SEEK_END)
    sent.write(b"PK\x03\x04" + files.PAYLOAD)

    content, _facts = inspected(sent)

    kept = picture_in(content)
    assert not kept.getexif()
    assert not {"exif", "xmp", "comment", "icc_profile"} & kept.info.keys()
    assert b"script" not in content
    assert b"secret" not in content


@pytest.mark.parametrize("format", ["PNG", "GIF"])
def test_a_palette_carries_nothing_out(format: str) -> None:
    picture = Image.new("P", (10, 10))
    picture.putpalette(files.PAYLOAD.ljust(768, b"\0"))

    content, _facts = inspected(files.saved(picture, format))

    assert b"script" not in content


def test_a_photo_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter to the right to be seen

    content, facts = inspected(files.image("JPEG", size=(40, 20), exif=exif))

    assert (facts.width, facts.height) == (20, 40)
    red, _green, blue = picture_in(content).getpixel((10, 5))
    assert red > blue


def test_a_photo_for_print_becomes_one_for_screens() -> None:
    content, _facts = inspected(files.image("JPEG", mode="CMYK"))

    picture = picture_in(content)
    assert picture.mode == "RGB"
    assert picture.getpixel((5, 15))[0] > 150


def test_a_grey_picture_of_sixteen_bits_keeps_its_shades() -> None:
    picture = Image.new("I;16", (2, 1))
    picture.putpixel((0, 0), 0x4000)
    picture.putpixel((1, 0), 0xC000)

    content, _facts = inspected(files.saved(picture, "PNG"))

    kept = picture_in(content)
    assert (kept.mode, kept.getpixel((0, 0)), kept.getpixel((1, 0))) == ("L", 0x40, 0xC0)


def test_colours_are_turned_into_those_that_every_screen_knows() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ"))
    picture = Image.new("RGB", (4, 4), (120, 120, 120))

    content, _facts = inspected(files.saved(picture, "PNG", icc_profile=profile.tobytes()))

    assert "icc_profile" not in picture_in(content).info


def test_a_broken_colour_profile_does_not_cost_the_picture() -> None:
    content, _facts = inspected(files.image("PNG", icc_profile=b"no profile at all"))

    assert picture_in(content).getpixel((5, 15))[0] == 200


def test_what_is_transparent_stays_so() -> None:
    picture = Image.new("P", (4, 4))
    picture.info["transparency"] = 0

    content, _facts = inspected(files.saved(picture, "PNG", transparency=0))

    assert picture_in(content).convert("RGBA").getpixel((0, 0))[3] == 0


def test_an_animation_goes_on_moving() -> None:
    content, facts = inspected(files.animation(5))

    kept = picture_in(content)
    assert facts.mime == "image/webp"
    assert (kept.n_frames, kept.info["loop"]) == (5, 0)


def test_a_large_picture_is_made_as_large_as_screens_are() -> None:
    _content, facts = inspected(files.image("JPEG", size=(3300, 1650)))

    assert (facts.width, facts.height) == (3200, 1600)


def png_that_claims(width: int, height: int) -> io.BytesIO:
    small = files.image("PNG", size=(1, 1)).getvalue()
    header = b"IHDR" + struct.pack(">II", width, height) + small[24:29]
    return io.BytesIO(small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:])


@pytest.mark.parametrize(
    ("file", "error"),
    [
        (png_that_claims(60_000, 60_000), TooLarge),
        (files.image("PNG", size=(4000, 2600)), TooLarge),
        (files.gif_of_specks(201), Invalid),
        (files.gif_of_specks(60, size=(1000, 1000)), Invalid),
        (io.BytesIO(bytes(1024 * 1024 + 1)), TooLarge),
    ],
    ids=["claims to be huge", "too many pixels", "too many frames", "too long and too large", "too many bytes"],
)
def test_what_is_too_large_is_refused(file: io.BytesIO, error: type[CmsError]) -> None:
    with pytest.raises(error):
        inspect(file, "a.png", LIMITS)
