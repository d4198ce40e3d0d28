"""What a browser would send if somebody pressed the button of a form without touching anything."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("name"):
            if given.get("type") not in ("checkbox", "radio", "file") or "checked" in given:
                self._add(given["name"], given.get("value", "on"))
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select and "selected" in given:
            self._add(self._select, given.get("value", ""))
        elif tag == "textarea":
            self._text = given.get("name", "")
            self._add(self._text, "")

    def handle_data(self, data: str) -> None:
        if self._text:
            lines = data.replace("\r\n", "\n")
            self.values[self._text][-1] += lines if self.values[self._text][-1] else lines.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""

    def _add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)


def untouched(page: str) -> dict[str, list[str]]:
    """Every field of the page with its value, but for the token."""
    parser = _Fields()
    parser.feed(page)
    parser.close()
    parser.values.pop("csrf_token", None)
    return parser.values
