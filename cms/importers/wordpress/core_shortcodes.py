"""What each shortcode of WordPress's core becomes, and what happens to those of plugins."""

import html
import re
from collections.abc import Callable

from cms.core.i18n import _
from cms.importers.library import (
    FILMS,
    IMAGES,
    SOUNDS,
    Library,
    figure_html,
    image_html,
    link_html,
    player_html,
    suffix,
)
from cms.importers.parsed import Notebook, ParsedAttachment
from cms.importers.wordpress.shortcodes import Shortcode

CAPTIONED = re.compile(r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)", re.DOTALL | re.IGNORECASE)
WEB_ADDRESS = re.compile(r"https?://\S+")
SPEAKING_ATTRIBUTES = ("title", "heading", "caption", "label")


class CoreShortcodes:
    """Renders the shortcodes of one post as plain HTML."""

    def __init__(self, library: Library, item_id: str, notebook: Notebook) -> None:
        self._library = library
        self._item_id = item_id
        self._notebook = notebook
        self._renderers: dict[str, Callable[[Shortcode], str | None]] = {
            "caption": self._caption,
            "wp_caption": self._caption,
            "gallery": self._gallery,
            "playlist": self._playlist,
            "audio": self._audio,
            "video": self._video,
            "embed": self._embed,
        }

    def __call__(self, shortcode: Shortcode) -> str | None:
        return self._renderers.get(shortcode.name, self._unknown)(shortcode)

    def _caption(self, shortcode: Shortcode) -> str | None:
        """Old ones keep the words in an attribute, newer ones after the image."""
        content = shortcode.content or ""
        found = CAPTIONED.fullmatch(content)
        picture, rest = (found[1], found[2].strip()) if found else (content, "")
        caption = shortcode.attributes.get("caption", "")
        return figure_html(picture, f"{caption} {rest}".strip())

    def _gallery(self, shortcode: Shortcode) -> str:
        attachments = self._chosen(shortcode, IMAGES)
        if not attachments:
            self._notebook.left_out(_("an empty gallery"), _("The export has no image for it."))
            return ""
        figures = "".join(figure_html(image_html(image), html.escape(image.caption)) for image in attachments)
        return figure_html(figures, gallery=True)

    def _playlist(self, shortcode: Shortcode) -> str:
        is_film = shortcode.attributes.get("type") == "video"
        attachments = self._chosen(shortcode, FILMS if is_film else SOUNDS)
        kind = "video" if is_film else "audio"
        return "".join(
            figure_html(player_html(kind, item.url), html.escape(item.caption or item.title)) for item in attachments
        )

    def _chosen(self, shortcode: Shortcode, kinds: frozenset[str]) -> list[ParsedAttachment]:
        listed = shortcode.attributes.get("ids") or shortcode.attributes.get("include") or ""
        if not listed.strip():
            excluded = set(_numbers(shortcode.attributes.get("exclude", "")))
            post = shortcode.attributes.get("id") or self._item_id
            return [item for item in self._library.of(post, kinds) if item.source_id not in excluded]
        found = []
        for number in _numbers(listed):
            attachment = self._library.get(number)
            if attachment is None:
                self._notebook.problem(_("image %(number)s of a gallery", number=number), _("It is not in the export."))
            else:
                found.append(attachment)
        return found

    def _audio(self, shortcode: Shortcode) -> str:
        return self._player(shortcode, "audio", SOUNDS)

    def _video(self, shortcode: Shortcode) -> str:
        return self._player(shortcode, "video", FILMS)

    def _player(self, shortcode: Shortcode, kind: str, kinds: frozenset[str]) -> str:
        named = [shortcode.attributes.get("src", ""), *(shortcode.attributes.get(end[1:], "") for end in sorted(kinds))]
        loose = [*shortcode.positional, *WEB_ADDRESS.findall(html.unescape(shortcode.content or ""))]
        uploaded = [item.url for item in self._library.of(self._item_id, kinds)]
        url = next((url for url in [*named, *(x for x in loose if WEB_ADDRESS.fullmatch(x)), *uploaded] if url), None)
        if url is None:
            self._notebook.left_out(_("a player without a file"), _("The shortcode [%(name)s] names none.", name=kind))
            return ""
        if suffix(url) not in kinds:  # a page of YouTube or SoundCloud, which WordPress embeds
            return f"\n\n{link_html(url)}\n\n"
        return figure_html(player_html(kind, url, shortcode.attributes.get("poster", "")))

    def _embed(self, shortcode: Shortcode) -> str | None:
        url = (shortcode.content or shortcode.attributes.get("src") or " ".join(shortcode.positional)).strip()
        return f"\n\n{url}\n\n" if url else ""

    def _unknown(self, shortcode: Shortcode) -> str | None:
        name = f"[{shortcode.name}]"
        named = (shortcode.value, shortcode.attributes.get("url", ""), shortcode.attributes.get("src", ""))
        address = next((text for text in named if WEB_ADDRESS.fullmatch(text)), None)
        if shortcode.content is not None:
            self._notebook.changed(name, _("A plugin's shortcode: the text inside it was kept."))
            titles = [shortcode.attributes[key] for key in SPEAKING_ATTRIBUTES if shortcode.attributes.get(key)]
            heads = "".join(f"\n\n<strong>{html.escape(title)}</strong>\n\n" for title in titles)
            return heads + shortcode.content if heads else None
        if address is not None:
            self._notebook.changed(name, _("A plugin's shortcode: it became a link."))
            return f"\n\n{link_html(address)}\n\n"
        if shortcode.attributes:
            self._notebook.left_out(
                name, _("A plugin's shortcode: what it made is not in the export; it stands in the text.")
            )
        return None


def _numbers(listed: str) -> list[str]:
    return re.findall(r"\d+", listed)
