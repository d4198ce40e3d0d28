"""Jekyll's and Hugo's template tags in Markdown: taken out of the text, left alone in code."""

import re

from cms.core.i18n import _
from cms.importers.library import IMAGES, suffix
from cms.importers.parsed import Notebook
from cms.importers.pieces import pieces

TOKEN = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)*?(?<!`)(?P=ticks)(?!`))"
    r"|\{%-?\s*(?P<tag>[\w-]+)(?P<rest>(?:\"[^\"]*\"|'[^']*'|[^%\"']|%(?!\}))*?)-?%\}"
    r"|\{\{-?(?P<value>(?:\"[^\"]*\"|'[^']*'|[^}\"']|\}(?!\}))*?)-?\}\}"
    r"|(?P<ial>\{::?[^{}\n]*\})",
    re.DOTALL,
)
HIGHLIGHT = re.compile(r"\{%-?\s*highlight\s+(\S+)[^%]*%\}\n?(.*?)\n?[ \t]*\{%-?\s*endhighlight\s*-?%\}", re.DOTALL)
RAW_PAIR = re.compile(r"(\{%-?\s*raw\s*-?%\})[ \t]*\n?(.*?)[ \t]*\{%-?\s*endraw\s*-?%\}[ \t]*\n?", re.DOTALL)
COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}", re.DOTALL)
CONTENTS = re.compile(
    r"(?m)^[ ]{0,3}(?:[-*+]|\d+\.)[ ]+.*\n[ ]*\{:\s*toc\b[^}\n]*\}[ ]*$|^[ ]{0,3}(?:\[TOC\]|\[\[_?toc_?\]\])[ ]*$",
    re.IGNORECASE,
)
ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(\S+))")
LITERAL = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)')\s*(?:\||$)")
DATED = re.compile(r"^\d{4}-\d\d-\d\d-")
ADDRESS_PARTS = re.compile(r"\s*(?:site\.(?:baseurl|url)|page\.url|base_path)\b")
VIDEOS = {"youtube": "https://www.youtube.com/watch?v=%s", "vimeo": "https://vimeo.com/%s"}
INCLUDES = frozenset({"include", "include_relative", "include_cached", "render", "figure", "youtube", "vimeo"})


def without_liquid(text: str, notebook: Notebook) -> tuple[str, bool]:
    """The text without template tags, and whether it asked for a list of its contents."""
    cleaner = _Cleaner(notebook)
    text = "".join(part if is_code else HIGHLIGHT.sub(_fenced, part) for is_code, part in pieces(text))
    # Jekyll reads its tags in code too, so that authors protect code by these two.
    text = "".join(RAW_PAIR.sub(r"\2", part) if is_code else cleaner.clean(part) for is_code, part in pieces(text))
    return text, cleaner.wants_contents


def _fenced(found: re.Match[str]) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", found[2])), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{found[1]}\n{found[2]}\n{fence}"


class _Cleaner:
    """Goes through the parts of a text in order, since `{% raw %}` in one may end in another."""

    def __init__(self, notebook: Notebook) -> None:
        self.wants_contents = False
        self._notebook = notebook
        self._is_raw = False

    def clean(self, part: str) -> str:
        if not self._is_raw:
            part = CONTENTS.sub(self._contents, part)
            part = COMMENT.sub(self._comment, part)
        part = TOKEN.sub(self._replaced, part)
        return re.sub(r"\n[ \t]*\n(?:[ \t]*\n)+", "\n\n", part)

    def _contents(self, found: re.Match[str]) -> str:
        self.wants_contents = True
        return ""

    def _comment(self, found: re.Match[str]) -> str:
        self._notebook.left_out(_("a comment in the source"), _("Readers never saw it."))
        return ""

    def _replaced(self, found: re.Match[str]) -> str:
        if found["tag"] in ("raw", "endraw"):
            self._is_raw = found["tag"] == "raw"
            return ""
        if found["code"] is not None or self._is_raw:
            return found[0]
        if found["ial"] is not None:
            self._notebook.changed(
                _("attributes such as %(text)s", text=found["ial"]), _("The look comes from the theme.")
            )
            return ""
        if found["value"] is not None:
            return self._value(found["value"])
        return self._tag(found["tag"], found["rest"].strip())

    def _value(self, expression: str) -> str:
        """`{{ "/a.png" | relative_url }}` is its text; what only the old site knew is gone."""
        literal = LITERAL.match(expression)
        if literal is not None:
            return literal[1] or literal[2] or ""
        hugo = re.fullmatch(r"[<%]\s*(/?[\w/.-]+)(.*?)\s*/?[>%]", expression.strip(), re.DOTALL)
        if hugo is not None:
            return self._tag(hugo[1], hugo[2].strip())
        if not ADDRESS_PARTS.match(expression):
            self._notebook.left_out(f"{{{{ {expression.strip()[:60]} }}}}", _("Only the old site could fill it."))
        return ""

    def _tag(self, name: str, rest: str) -> str:
        if name in INCLUDES:
            return self._include(name, rest)
        if name in ("link", "post_url"):
            slug = DATED.sub("", rest.strip("\"' ").rpartition("/")[2]).rpartition(".")[0] or rest.rpartition("/")[2]
            self._notebook.changed(
                _("a link to “%(name)s”", name=rest), _("It points to the address of that post here.")
            )
            return f"/posts/{DATED.sub('', slug)}"
        self._notebook.left_out(f"{{% {name} %}}", _("A template tag: the text around it was kept."))
        return ""

    def _include(self, name: str, rest: str) -> str:
        values = {key.lower(): a or b or c for key, a, b, c in ATTRIBUTE.findall(rest)}
        called = f"{name} {rest.split(maxsplit=1)[0] if rest else ''}".strip()
        image = next((values[key] for key in ("image_path", "src", "url", "path") if key in values), "")
        if suffix(image) in IMAGES:
            self._notebook.changed(called, _("It became an image."))
            caption = values.get("caption") or values.get("title") or ""
            return f"![{values.get('alt', '')}]({image})" + (f"\n\n*{caption}*" if caption else "")
        player = next((VIDEOS[site] for site in VIDEOS if site in called), None)
        number = values.get("id") or (rest.split()[-1].strip("\"'") if rest and player else "")
        if player is not None and re.fullmatch(r"[\w-]{4,40}", number):
            self._notebook.changed(called, _("Nothing is loaded from other sites: it became a link."))
            return f"<{player % number}>"
        self._notebook.left_out(called, _("What it puts in is not in the file."))
        return " ".join(values[key] for key in ("title", "caption", "text", "content") if key in values)
