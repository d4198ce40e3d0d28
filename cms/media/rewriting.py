"""Writes an image again from its pixels alone. Run as a program of its own: image on standard input, image out.

A decoder is the likeliest place for a file to break a server, so it works in a process that can be limited, killed
and thrown away. Nothing but the standard library and Pillow may be imported here: it starts once for each image.
"""

import io
import json
import resource
import sys
import warnings
from typing import Any, BinaryIO

from PIL import Image, ImageCms, ImageOps

#: What a screen of today can show; larger images are made smaller.
MAX_EDGE = 3200
MAX_FRAMES = 200
#: Width × height × frames of an animation, in megapixels.
MAX_ANIMATION = 50
#: Megapixels that fit into memory, where the format cannot be made smaller while it is read (JPEG can).
MAX_DECODED = {"PNG": 24, "GIF": 24, "WEBP": 14, "AVIF": 14}
JPEG_DECODED = 28

MEGAPIXEL = 1_000_000
ADDRESS_SPACE = 1536 * 1024 * 1024
CPU_SECONDS = 15
REFUSED = 3

FORMATS = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WEBP", "GIF": "PNG", "AVIF": "WEBP"}
OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 85, "optimize": True, "progressive": True},
    "PNG": {"compress_level": 3},
    "WEBP": {"quality": 82, "method": 2},
}


class Refused(Exception):
    """An image that is understood and not taken; the code is worded by whoever started this."""

    def __init__(self, code: str, **values: float) -> None:
        super().__init__(code)
        self.answer = {"refused": code, **values}


def rewrite(source: BinaryIO, target: BinaryIO, kind: str, megapixels: int) -> dict[str, Any]:
    """The pixels of `source`, upright, in sRGB and without anything else, written to `target`."""
    with Image.open(source, formats=[kind]) as image:
        _check_size(image, kind, megapixels)
        frames = _count_frames(image, kind)
        if frames > 1:
            return _write_animation(image, target, frames)
        written = _upright_and_plain(_loaded(image, kind))
    written.save(target, FORMATS[kind], **OPTIONS[FORMATS[kind]])
    return {"format": FORMATS[kind], "width": written.width, "height": written.height}


def _check_size(image: Image.Image, kind: str, megapixels: int) -> None:
    has = image.width * image.height / MEGAPIXEL
    most = min(megapixels, MAX_DECODED.get(kind, megapixels))
    if has > most:
        raise Refused("pixels", has=has, most=most)


def _count_frames(image: Image.Image, kind: str) -> int:
    """One by one, so that a file that claims millions is given up early; a JPEG's further pictures are ignored."""
    if kind == "JPEG" or not getattr(image, "is_animated", False):
        return 1
    frames = 1
    pixels = image.width * image.height / MEGAPIXEL
    while True:
        try:
            image.seek(frames)
        except EOFError:
            break
        frames += 1
        if frames > MAX_FRAMES:
            raise Refused("frames", most=MAX_FRAMES)
        if frames * pixels > MAX_ANIMATION:
            raise Refused("animation", most=MAX_ANIMATION)
    image.seek(0)
    return frames


def _loaded(image: Image.Image, kind: str) -> Image.Image:
    if kind == "JPEG":
        shrink = 1
        while image.width * image.height / shrink**2 > JPEG_DECODED * MEGAPIXEL:
            shrink *= 2
        image.draft(None, (image.width // shrink, image.height // shrink))
    image.load()
    return image


def _upright_and_plain(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    image = _without_palette(image)
    image.thumbnail((MAX_EDGE, MAX_EDGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    image = ImageOps.exif_transpose(image)
    image = _in_srgb(image, profile)
    image.info.clear()
    return image


def _without_palette(image: Image.Image) -> Image.Image:
    """Grey, RGB or CMYK with eight bits, alpha only where there is any: a palette can carry a payload."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256).convert("L")  # sixteen bits; convert alone would cut them off
    if image.mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode in ("1", "L"):
        return image.convert("L")
    return image if image.mode in ("RGB", "CMYK") else image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as the profile means them; a profile that is broken or fits another mode is ignored."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile and image.mode != "L":
        try:
            theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, theirs, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return image if image.mode in ("L", mode) else image.convert(mode)


def _write_animation(image: Image.Image, target: BinaryIO, frames: int) -> dict[str, Any]:
    """As WebP, whose frames keep their colours; frame by frame, so that memory holds one at a time."""
    durations = []
    for number in range(frames):
        image.seek(number)
        durations.append(int(image.info.get("duration") or 100))
    image.seek(0)
    image.save(
        target,
        "WEBP",
        save_all=True,
        duration=durations,
        loop=int(image.info.get("loop") or 0),
        quality=75,
        method=0,
        icc_profile=b"",
        exif=b"",
        xmp=b"",
    )
    return {"format": "WEBP", "width": image.width, "height": image.height}


def main(kind: str, megapixels: str) -> int:
    """Answer on standard error in JSON; 3 is a refusal, any other failure a file that cannot be read."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    Image.MAX_IMAGE_PIXELS = int(megapixels) * MEGAPIXEL
    warnings.simplefilter("ignore")
    try:
        answer = rewrite(sys.stdin.buffer, sys.stdout.buffer, kind, int(megapixels))
    except Refused as refused:
        answer = refused.answer
    except Image.DecompressionBombError:
        answer = {"refused": "pixels", "most": int(megapixels)}
    print(json.dumps(answer), file=sys.stderr)
    return REFUSED if "refused" in answer else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
