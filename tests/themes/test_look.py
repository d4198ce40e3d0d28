"""The sheet of what an owner chose: of its address alone, and never anything but colours and stacks."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.themes.fonts import STACKS
from cms.themes.look import COLOURS, FONTS, Look, look_of, read, sheet
from cms.themes.shelf import BadManifest, Shelf, label_of, shelf

SHEET = re.compile(r':root\{(?:--[a-z0-9-]+:(?:light-dark\(#[0-9a-f]{6},#[0-9a-f]{6}\)|[\w "-]+(?:,[\w "-]+)*);)*\}\n')
looks = st.builds(
    Look,
    st.dictionaries(st.sampled_from(list(COLOURS)), st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")),
    st.dictionaries(st.sampled_from(list(FONTS)), st.sampled_from([name for name in STACKS if name])),
)


@given(looks)
def test_an_address_says_all_of_a_look(look: Look) -> None:
    assert read(look.spec) == look
    assert SHEET.fullmatch(sheet(look, shelf().layers("gazette").palette))


@given(st.text(max_size=80))
def test_nobody_talks_a_sheet_into_anything_else(spec: str) -> None:
    look = read(spec)

    assert look is None or SHEET.fullmatch(sheet(look, shelf().layers("copydesk").palette))


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "x",
        "x-x-x-x-x-x",
        "x-x-x-x-x-x_}_",
        "x-x-x-x-x-x_comic_",
        "red-x-x-x-x-x__",
        "x-x-x-x-x-x__\n",
        "X-x-x-x-x-x__",
    ],
)
def test_what_we_never_made_is_no_look(spec: str) -> None:
    assert read(spec) is None


def test_only_what_was_chosen_is_said() -> None:
    chosen = {**dict.fromkeys(COLOURS, ""), **dict.fromkeys(FONTS, ""), "accent_light": "#0b5f35", "text_font": "slab"}
    theme = shelf().layers("copydesk").palette

    said = sheet(look_of(chosen), theme)

    assert f"--pencil:light-dark(#0b5f35,{theme.dark['pencil']});" in said
    assert '--text-font:Rockwell,"Rockwell Nova"' in said
    assert "--paper" not in said
    assert not look_of(dict.fromkeys(chosen, ""))


def test_every_theme_says_what_it_is_called(tmp_path) -> None:
    assert [theme.label for theme in Shelf().themes.values()] == ["Copydesk", "Gazette"]

    for text in (None, "name = ", 'title = "x"', 'name = " "'):
        if text is not None:
            (tmp_path / "theme.toml").write_text(text)
        with pytest.raises(BadManifest, match=r"theme\.toml"):
            label_of(tmp_path)
