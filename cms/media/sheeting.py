"""Puts many small squares below each other. Run as a program of its own: squares on standard input, one image out.

It works beside `shaping`, with the same limits. One square that cannot be read leaves its cell empty.
"""

import io
import json
import resource
import sys
import warnings
from contextlib import suppress
from typing import Any, BinaryIO

# By name, so that Pillow does not load the forty formats that are neither read nor written here.
from PIL import AvifImagePlugin, Image, ImageOps, WebPImagePlugin  # noqa: F401

ADDRESS_SPACE = 1536 * 1024 * 1024
CPU_SECONDS = 15
#: A strip is large in pixels and made while somebody waits.
WRITTEN: dict[str, dict[str, Any]] = {
    "WEBP": {"quality": 70, "method": 3},
    "AVIF": {"quality": 50, "speed": 9, "max_threads": 1},
}


def sheet(source: BinaryIO, target: BinaryIO, plan: dict[str, Any]) -> dict[str, Any]:
    """A plan says: `sizes`, the bytes of each square as they come; how many `cells`; `side` in pixels; `format`."""
    side = plan["side"]
    strip = Image.new("RGBA", (side, side * plan["cells"]))
    for number, size in enumerate(plan["sizes"]):
        content = source.read(size)
        with suppress(OSError, ValueError, SyntaxError), Image.open(io.BytesIO(content), formats=["WEBP"]) as image:
            cell = ImageOps.fit(image.convert("RGBA"), (side, side), Image.Resampling.LANCZOS)
            strip.paste(cell, (0, number * side))
    strip.save(target, plan["format"], **WRITTEN[plan["format"]])
    return {"format": plan["format"], "width": strip.width, "height": strip.height}


def main(plan: str) -> None:
    """Answer on standard error in JSON; anything else is a failure."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    warnings.simplefilter("ignore")
    print(json.dumps(sheet(sys.stdin.buffer, sys.stdout.buffer, json.loads(plan))), file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
