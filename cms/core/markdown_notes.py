"""Footnotes: a number in the text, a section at the end, and the way back."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from cms.core.i18n import _


def render_notes(parser: MarkdownIt) -> None:
    """Replace the HTML of the footnote plugin, whose ids and classes are not ours."""
    parser.add_render_rule("footnote_ref", _reference)
    parser.add_render_rule("footnote_block_open", _section_open)
    parser.add_render_rule("footnote_block_close", _section_close)
    parser.add_render_rule("footnote_open", _note_open)
    parser.add_render_rule("footnote_close", _note_close)
    parser.add_render_rule("footnote_anchor", _way_back)


def _reference(self: object, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    number, mark = _names(tokens[place])
    label = _("Note %(number)s", number=number)
    return f'<sup><a href="#fn-{number}" id="fnref-{mark}" role="doc-noteref" aria-label="{label}">{number}</a></sup>'


def _section_open(self: object, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    title = _("Notes")
    return f'<section class="notes" aria-label="{title}"><h2>{title}</h2>\n<ol>\n'


def _section_close(self: object, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    return "</ol>\n</section>\n"


def _note_open(self: object, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    return f'<li id="fn-{_names(tokens[place])[0]}">'


def _note_close(self: object, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    return "</li>\n"


def _way_back(self: object, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    number, mark = _names(tokens[place])
    label = _("Back to note %(number)s in the text", number=number)
    return f' <a href="#fnref-{mark}" role="doc-backlink" aria-label="{label}">↩</a>'


def _names(token: Token) -> tuple[str, str]:
    """The number of the note, and that number told apart where the text refers to the note again."""
    number, again = token.meta["id"] + 1, token.meta.get("subId", 0)
    return str(number), f"{number}-{again + 1}" if again else str(number)
