"""Charts as SVG for a document: readable in light and dark, with a title and a description."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT, ROW, TOP = 760, 250, 90, 26, 44
#: Each on its own ground, since a picture does not know the colour of the page around it.
STYLE = """
text{font:13px system-ui,sans-serif;fill:#1f2328}.head{font-weight:600;font-size:15px}.soft{fill:#57606a}
.ground{fill:#fff}.line{stroke:#d0d7de}.a{fill:#0a5fc4}.b{fill:#8a5a00}.c{fill:#c41230}.d{fill:#6e7781}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9da7b1}.ground{fill:#0d1117}.line{stroke:#3d444d}
.a{fill:#6cb2ff}.b{fill:#e3b341}.c{fill:#ff7b86}.d{fill:#8b949e}}
""".replace("\n", "")
#: The class of each kind of answer, in the order in which they are stacked.
ANSWERS = {"200": "a", "503": "b", "500": "c", "other": "d"}
PLOT_HEIGHT, BAND, NUMBER_WIDTH = 110, 185, 20.0


@dataclass(frozen=True)
class Bar:
    """`shown` stands at its end; those that are compared with are not `ours`."""

    label: str
    value: float
    shown: str
    ours: bool = True


def bars(title: str, said: str, rows: Sequence[Bar]) -> str:
    """One below the other, from a common zero."""
    most = max(row.value for row in rows) or 1.0
    room = WIDTH - LEFT - RIGHT
    parts = []
    for number, row in enumerate(rows):
        top = TOP + number * ROW
        length = max(1.0, room * row.value / most)
        parts += [
            _text(LEFT - 10, top + 16, row.label, anchor="end"),
            f'<rect class="{"a" if row.ours else "d"}" {_place(LEFT, top + 4, length, 16)} rx="2"/>',
            _text(LEFT + length + 8, top + 16, row.shown),
        ]
    return _picture(title, said, TOP + len(rows) * ROW + 12, parts)


def answers(
    title: str, said: str, seconds: Sequence[Mapping[str, float | str]], phases: Sequence[tuple[str, float]]
) -> str:
    """What each second brought, a band for each kind of page; a line where a phase begins, with its number."""
    kinds = list(dict.fromkeys(str(one["kind"]) for one in seconds))
    last = max(float(one["second"]) for one in seconds) + 1
    wide = (WIDTH - 40) / last
    parts = _legend()
    for number, kind in enumerate(kinds):
        foot = TOP + 40 + number * BAND + PLOT_HEIGHT
        mine = [one for one in seconds if one["kind"] == kind]
        most = max(sum(float(one.get(answer, 0)) for answer in ANSWERS) for one in mine) or 1.0
        parts.append(_text(20, foot - PLOT_HEIGHT - 8, f"{kind}, at most {most:.0f} answers a second", soft=True))
        for one in mine:
            parts += _column(one, 20 + float(one["second"]) * wide, foot, wide, PLOT_HEIGHT / most)
        parts += _marks([20 + at * wide for _phase, at in phases], foot)
    return _picture(title, said, TOP + 40 + len(kinds) * BAND - 20, parts)


def _marks(places: Sequence[float], foot: float) -> list[str]:
    """A number that would stand on the one before goes below it."""
    parts, before, depth = [], -NUMBER_WIDTH, 0
    for number, x in enumerate(places, 1):
        depth = depth + 1 if x - before < NUMBER_WIDTH else 0
        before = x
        below = foot + 14 + 13 * depth
        parts.append(f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{foot - PLOT_HEIGHT}" y2="{below}"/>')
        parts.append(_text(x + 2, below, str(number), soft=True))
    return parts


def _column(one: Mapping[str, float | str], x: float, foot: float, wide: float, scale: float) -> list[str]:
    parts = []
    for answer, name in ANSWERS.items():
        height = float(one.get(answer, 0)) * scale
        foot -= height
        if height:
            parts.append(f'<rect class="{name}" {_place(x, foot, max(wide - 1, 1), height)}/>')
    return parts


def _legend() -> list[str]:
    parts = []
    for number, (answer, name) in enumerate(ANSWERS.items()):
        x = 20 + number * 80
        parts.append(f'<rect class="{name}" x="{x}" y="{TOP - 2}" width="12" height="12" rx="2"/>')
        parts.append(_text(x + 18, TOP + 9, answer))
    return parts


def _place(x: float, y: float, width: float, height: float) -> str:
    return f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'


def _text(x: float, y: float, words: str, *, anchor: str = "start", soft: bool = False) -> str:
    looks = ' class="soft"' if soft else ""
    return f'<text{looks} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _picture(title: str, said: str, height: float, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img"'
    told = f'<title id="t">{escape(title)}</title><desc id="d">{escape(said)}</desc><style>{STYLE}</style>'
    ground = f'<rect class="ground" width="{WIDTH}" height="{height:.0f}" rx="6"/>'
    name = f'<text class="head" x="20" y="26">{escape(title)}</text>'
    return "\n".join((f'{head} aria-labelledby="t d">{told}', ground, name, *parts, "</svg>\n"))
