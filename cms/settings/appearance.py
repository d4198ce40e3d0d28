"""What an owner decides about the look of public pages; these have a page of their own, where it is seen at once."""

from cms.core.i18n import N_
from cms.settings.kinds import Setting, SettingType
from cms.themes.fonts import STACKS
from cms.themes.look import COLOURS, FONTS
from cms.themes.shelf import DEFAULT, shipped

SECTIONS = {
    "look": N_("Theme"),
    "colours": N_("Colours"),
    "fonts": N_("Fonts"),
    "front": N_("Front page"),
    "menus": N_("Menus"),
}
#: How the front page is laid out; each theme has a template of that name for it.
LEAD, LIST, GRID = "lead", "list", "grid"

T = SettingType

_LABELS = {
    "accent_light": N_("Accent, in light"),
    "accent_dark": N_("Accent, in dark"),
    "ground_light": N_("Background, in light"),
    "ground_dark": N_("Background, in dark"),
    "ink_light": N_("Text, in light"),
    "ink_dark": N_("Text, in dark"),
    "heading_font": N_("Font of headings"),
    "text_font": N_("Font of texts"),
}
_COLOUR_HELP = {
    "pencil": N_("Links, buttons and marks. As #rrggbb; empty leaves it to the theme."),
    "paper": N_("As #rrggbb; empty leaves it to the theme."),
    "ink": N_("As #rrggbb; empty leaves it to the theme. Quieter words follow it."),
}
_FONT_CHOICES = tuple((name, label) for name, (label, _stack) in STACKS.items())
_FONT_HELP = N_("Fonts that machines have: nothing is fetched, and nothing moves while a page loads.")
_MENU_HELP = N_("One entry a line: the words, a bar, the address. For example: About | /about")

_COLOURS = tuple(
    Setting(key, "colours", _LABELS[key], _COLOUR_HELP[name], T.COLOUR, "", max_length=7)
    for key, (name, _scheme) in COLOURS.items()
)
_FONTS = tuple(Setting(key, "fonts", _LABELS[key], _FONT_HELP, T.CHOICE, "", choices=_FONT_CHOICES) for key in FONTS)

DECLARED: tuple[Setting, ...] = (
    Setting(
        "theme",
        "look",
        N_("Theme"),
        N_("How public pages are set. The back office stays as it is."),
        T.CHOICE,
        DEFAULT,
        choices=tuple((theme.name, theme.label) for theme in shipped().values()),
    ),
    Setting("logo_id", "look", N_("Logo"), N_("An image from the media library."), T.MEDIA, None, is_public=True),
    *_COLOURS,
    *_FONTS,
    Setting(
        "home_layout",
        "front",
        N_("Layout"),
        N_("Of the newest posts, unless a page was chosen as home page."),
        T.CHOICE,
        LEAD,
        choices=((LEAD, N_("A leading story, then the others")), (LIST, N_("A list")), (GRID, N_("Cards"))),
    ),
    Setting(
        "home_posts",
        "front",
        N_("Posts on the front page"),
        N_("From 1 to 50; 0 is as many as on other lists."),
        T.NUMBER,
        0,
        most=50,
    ),
    Setting("home_excerpts", "front", N_("Summaries"), N_("A few lines under each title."), T.SWITCH, True),
    Setting("home_pictures", "front", N_("Pictures"), N_("Of posts that have one."), T.SWITCH, True),
    Setting("menu", "menus", N_("Menu"), _MENU_HELP, T.LINES, [], is_menu=True, is_public=True),
    Setting(
        "foot_menu",
        "menus",
        N_("Menu of the foot"),
        N_("Written in the same way; empty repeats the menu above."),
        T.LINES,
        [],
        is_menu=True,
        is_public=True,
    ),
)
