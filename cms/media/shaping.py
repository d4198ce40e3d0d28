"""Cuts, turns and shrinks an image. Run as a program of its own: image on standard input, image out.

It works beside `rewriting`, with the same limits: what it reads was written by us, but a decoder is a decoder.
"""

import json
import resource
import sys
import warnings
from typing import Any, BinaryIO

# By name, so that Pillow does not load the forty formats that are neither read nor written here.
from PIL import AvifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401

ADDRESS_SPACE = 1536 * 1024 * 1024
CPU_SECONDS = 15
REFUSED = 3
READ = ("JPEG", "PNG", "WEBP")
#: How a smaller copy is written.
SMALLER: dict[str, dict[str, Any]] = {
    "WEBP": {"quality": 78, "method": 3},
    "AVIF": {"quality": 58, "max_threads": 1},
}
#: How an original is written again: it will be the source of all that comes after.
EDITED: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 92, "optimize": True, "progressive": True},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 92, "method": 3},
}
#: AVIF's slow search pays for itself in small pictures only.
LARGE, SLOW, FAST = 600_000, 8, 10


def shape(source: BinaryIO, target: BinaryIO, plan: dict[str, Any]) -> dict[str, Any]:
    """What a plan may say, in order: `crop` (left, top, width, height), `turn`, `square` (side, point), `width`."""
    with Image.open(source, formats=READ) as image:
        if getattr(image, "is_animated", False):
            return {"refused": "animation"}
        format: str = plan.get("format") or image.format or ""
        shaped = _shaped(image, plan)
    shaped = shaped if shaped.mode in ("L", "RGB", "RGBA") else shaped.convert("RGBA" if _has_alpha(shaped) else "RGB")
    shaped.info.clear()
    shaped.save(target, format, **_options(shaped, format, smaller="format" in plan))
    return {"format": format, "width": shaped.width, "height": shaped.height}


def _shaped(image: Image.Image, plan: dict[str, Any]) -> Image.Image:
    if "crop" in plan:
        left, top, width, height = plan["crop"]
        image = image.crop((left, top, left + width, top + height))
    if plan.get("turn"):
        image = image.rotate(-plan["turn"], expand=True)
    if "square" in plan:
        image = _squared(image, *plan["square"])
    elif "width" in plan:
        image.thumbnail((plan["width"], image.height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    image.load()
    return image


def _squared(image: Image.Image, side: int, across: float, down: float) -> Image.Image:
    """The largest square with the most important point as near to its middle as the edges allow."""
    edge = min(image.size)
    left = round(min(max(image.width * across - edge / 2, 0), image.width - edge))
    top = round(min(max(image.height * down - edge / 2, 0), image.height - edge))
    image = image.crop((left, top, left + edge, top + edge))
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return image


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("LA", "PA", "RGBa") or "transparency" in image.info


def _options(image: Image.Image, format: str, *, smaller: bool) -> dict[str, Any]:
    options = (SMALLER if smaller else EDITED)[format]
    if format != "AVIF":
        return options
    return options | {"speed": FAST if image.width * image.height > LARGE else SLOW}


def main(plan: str) -> int:
    """Answer on standard error in JSON; 3 is a refusal, any other failure an image that cannot be read."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    warnings.simplefilter("ignore")
    answer = shape(sys.stdin.buffer, sys.stdout.buffer, json.loads(plan))
    print(json.dumps(answer), file=sys.stderr)
    return REFUSED if "refused" in answer else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
