"""The fonts that an owner may choose: stacks of what machines have, so that nothing is fetched and nothing moves.

After https://modernfontstacks.com (CC0).
"""

from cms.core.i18n import N_

#: Name → label and stack. The empty name is whatever the theme has.
STACKS: dict[str, tuple[str, str]] = {
    "": (N_("As the theme has it"), ""),
    "system": (
        N_("Plain (the machine’s own)"),
        'ui-sans-serif,system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif',
    ),
    "grotesque": (
        N_("Grotesque (Helvetica and its kin)"),
        '"Helvetica Neue",Helvetica,Inter,Roboto,Arial,"Liberation Sans","Noto Sans",sans-serif',
    ),
    "humanist": (
        N_("Humanist (Seravek, Gill, Ubuntu)"),
        'Seravek,"Gill Sans Nova",Ubuntu,Calibri,"DejaVu Sans","Noto Sans",sans-serif',
    ),
    "geometric": (
        N_("Geometric (Avenir, Century Gothic)"),
        'Avenir,"Avenir Next",Montserrat,Corbel,"Century Gothic","URW Gothic",source-sans-pro,sans-serif',
    ),
    "old-style": (
        N_("Old style (Iowan, Palatino)"),
        '"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L","Source Serif 4",P052,serif',
    ),
    "transitional": (
        N_("Transitional (Charter, Cambria)"),
        'Charter,"Bitstream Charter","Sitka Text",Cambria,"Liberation Serif","Noto Serif",serif',
    ),
    "didone": (
        N_("High contrast (Didot, Bodoni)"),
        'Didot,"Bodoni MT","Noto Serif Display","URW Palladio L",P052,Sylfaen,serif',
    ),
    "slab": (
        N_("Slab (Rockwell, Roboto Slab)"),
        'Rockwell,"Rockwell Nova","Roboto Slab","DejaVu Serif","Sitka Small",serif',
    ),
    "typewriter": (
        N_("Typewriter"),
        'ui-monospace,"Cascadia Code","Source Code Pro",Menlo,Consolas,"DejaVu Sans Mono",monospace',
    ),
}
