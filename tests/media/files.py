"""Small files of every kind, made here so that nothing has to be fetched."""

import io
import struct
from typing import Any

from PIL import Image

PAYLOAD = b"<script>alert(1)</script>"


def image(format: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> io.BytesIO:
    """A picture that is red on its left half and blue on its right."""
    picture = Image.new("RGB", size, (200, 30, 30))
    picture.paste((30, 30, 200), (size[0] // 2, 0, size[0], size[1]))
    return saved(picture.convert(mode), format, **options)


def saved(picture: Image.Image, format: str, **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    picture.save(file, format, **options)
    file.seek(0)
    return file


def animation(frames: int = 3, size: tuple[int, int] = (20, 20)) -> io.BytesIO:
    pictures = [Image.new("RGB", size, (number * 37 % 250, 90, 30)) for number in range(frames)]
    return saved(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=80, loop=0)


def gif_of_specks(frames: int, size: tuple[int, int] = (20, 20)) -> io.BytesIO:
    """An animation that costs nothing to make: on a canvas of any size, every frame changes one pixel."""
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x4c\x01\x00"
    colours = bytes(3) + b"\xff\xff\xff"
    return io.BytesIO(b"GIF89a" + struct.pack("<HHBBB", *size, 0x80, 0, 0) + colours + frame * frames + b"\x3b")


def mp3(tag: bytes = b"") -> io.BytesIO:
    """Two silent frames of MPEG 1 layer III, 128 kbit/s at 44.1 kHz, after an ID3 tag where one is given."""
    size = bytes(len(tag) >> shift & 0x7F for shift in (21, 14, 7, 0))
    header = b"ID3\x04\x00\x00" + size + tag if tag else b""
    return io.BytesIO(header + (b"\xff\xfb\x90\x00" + bytes(413)) * 2)


SOUNDS_AND_FILMS = {
    "audio/mpeg": mp3().getvalue(),
    "audio/mp4": b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00M4A mp42isom" + bytes(40),
    "audio/ogg": b"OggS\x00\x02" + bytes(20) + b"\x01\x1e" + b"\x01vorbis" + bytes(40),
    "audio/wav": b"RIFF" + struct.pack("<I", 36) + b"WAVEfmt " + bytes(40),
    "audio/flac": b"fLaC\x00\x00\x00\x22" + bytes(40),
    "video/mp4": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(40),
    "video/webm": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + bytes(40),
    "application/pdf": b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n",
}
