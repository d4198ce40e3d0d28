"""Colours are judged by numbers that anybody can check, and what follows from a choice can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.themes import checks, colours
from cms.themes.look import COLOURS, look_of, tokens
from cms.themes.shelf import shelf, shipped
from cms.themes.tokens import SCHEMES, palette, unreadable

THEMES = tuple(shipped())
NOTHING: dict[str, str] = dict.fromkeys([*COLOURS, "heading_font", "text_font"], "")
digits = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#abcdef", "#abcdef", 1.0),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert colours.contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert colours.contrast(other, one) == colours.contrast(one, other)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("#1F5FAE", "#1f5fae"), (" #abc ", "#aabbcc"), ("red", None), ("#12345", None), ("#1f5fae;}", None), ("", None)],
)
def test_a_colour_is_six_digits(typed: str, kept: str | None) -> None:
    assert colours.hex_of(typed) == kept


@given(digits)
def test_black_or_white_can_be_read_on_any_colour(ground: str) -> None:
    assert colours.contrast(colours.readable_on(ground), ground) >= colours.TEXT


def test_the_last_token_of_a_name_counts_and_comments_do_not() -> None:
    style = ":root{--paper:light-dark(#FFFFFF,#000000)} /* --paper: light-dark(#111111, #222222); */ --ink: #333;"

    assert palette(style).light == {"paper": "#ffffff"}
    assert unreadable(style) == ["--ink: #333"]
    assert unreadable("a{color:var(--ink)} :root{--paper: light-dark(#ffffff, #000000); --mine: red}") == []


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_can_be_read_as_it_comes(name: str) -> None:
    layers = shelf().layers(name)

    assert unreadable(layers.tokens()) == []
    for scheme in SCHEMES:
        known = tokens(look_of(NOTHING), layers.palette, scheme)
        for ink in ("ink", "ink-2", "pencil", "good", "wait", "bad", "plan"):
            for ground in checks.GROUNDS:
                assert colours.contrast(known[ink], known[ground]) >= colours.TEXT, (scheme, ink, ground)
        assert colours.contrast(known["pencil-ink"], known["pencil"]) >= colours.TEXT
        assert colours.contrast(known["pencil"], known["pencil-wash"]) >= colours.TEXT


@given(st.fixed_dictionaries({key: st.one_of(st.just(""), digits) for key in COLOURS}), st.sampled_from(THEMES))
def test_whatever_is_not_refused_can_be_read(chosen: dict[str, str], name: str) -> None:
    layers = shelf().layers(name)
    settings = NOTHING | chosen
    if checks.faults(settings, layers):
        return

    for scheme in SCHEMES:
        known = tokens(look_of(settings), layers.palette, scheme)
        for ground in checks.GROUNDS:
            for ink in ("ink", "ink-2", "pencil"):
                assert colours.contrast(known[ink], known[ground]) >= colours.TEXT
            assert colours.contrast(known["line-strong"], known[ground]) >= colours.BORDER
        assert colours.contrast(known["pencil-ink"], known["pencil"]) >= colours.TEXT
        assert colours.contrast(known["pencil"], known["pencil-wash"]) >= colours.TEXT


@pytest.mark.parametrize(
    ("chosen", "fields", "words"),
    [
        ({"accent_light": "#ffee00"}, ["accent_light"], "Choose a darker colour"),
        ({"accent_dark": "#1f5fae"}, ["accent_dark"], "Choose a lighter colour"),
        ({"ink_light": "#999999"}, ["ink_light"], "Choose a darker colour"),
        ({"ground_light": "#808080"}, ["ground_light"], "Choose a lighter background"),
        ({"ground_dark": "#888888"}, ["ground_dark"], "Choose a darker background"),
        ({"ground_light": "#fff8e1", "ink_light": "#20180a", "accent_light": "#7a1f00"}, [], ""),
    ],
)
def test_a_refusal_names_the_ratio_and_what_to_do(chosen: dict[str, str], fields: list[str], words: str) -> None:
    found = checks.faults(NOTHING | chosen, shelf().layers("copydesk"))

    assert list(found) == fields
    for sentence in found.values():
        assert words in sentence
        assert " to 1" in sentence


def test_a_colour_is_judged_in_the_theme_that_it_is_meant_for() -> None:
    settings = NOTHING | {"accent_light": "#0a7d33"}

    assert checks.faults(settings, shelf().layers("copydesk")) == {}
    assert list(checks.faults(settings, shelf().layers("gazette"))) == ["accent_light"]
