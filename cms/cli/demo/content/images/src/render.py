"""Draw the SVGs beside this file as WebP: `python render.py [NAME …]` (needs Chromium and Playwright)."""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

SOURCES = Path(__file__).parent
IMAGES = SOURCES.parent
WIDTHS = {"avatar": 256, "logo": 512}
PICTURE_WIDTH = 1600
QUALITY = 84


def main(names: list[str]) -> None:
    """Render the named drawings, or all of them."""
    sources = [SOURCES / f"{name}.svg" for name in names] or sorted(SOURCES.glob("*.svg"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        for source in sources:
            width = WIDTHS.get(source.stem.split("-")[0], PICTURE_WIDTH)
            height = width * 5 // 8 if width == PICTURE_WIDTH else width
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(source.as_uri())
            page.evaluate(
                "size => { for (const side in size) document.documentElement.setAttribute(side, size[side]) }",
                {"width": width, "height": height},
            )
            save(page.screenshot(omit_background=True), target_of(source))
            page.close()
        browser.close()


def target_of(source: Path) -> Path:
    """Where the rendered picture lives; people's faces have a folder of their own."""
    if source.stem.startswith("avatar-"):
        return IMAGES / "avatars" / f"{source.stem.removeprefix('avatar-')}.webp"
    return IMAGES / f"{source.stem}.webp"


def save(png: bytes, target: Path) -> None:
    """Keep transparency only where the drawing has some."""
    picture: Image.Image = Image.open(io.BytesIO(png))
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    target.parent.mkdir(exist_ok=True)
    picture.save(target, "WEBP", quality=QUALITY, method=6)
    print(f"{target.name}: {target.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main(sys.argv[1:])
