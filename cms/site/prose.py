"""Stored HTML as readers get it: what may have to be moved sideways says what it is."""

from html import escape

from markupsafe import Markup

from cms.core.i18n import _

#: As the sanitiser writes each of them; whatever looks like it in a text is escaped there.
_CODE = '<pre tabindex="0">'


def named(html: str) -> Markup:
    """The same with a name for every block of code, which takes the focus so that keys can scroll it."""
    if _CODE in html:
        label = escape(_("Source code"))
        html = str(html).replace(_CODE, f'<pre tabindex="0" role="group" aria-label="{label}">')
    return Markup(html)  # noqa: S704 - sanitised when stored
