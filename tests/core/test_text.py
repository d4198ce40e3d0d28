"""Text is cleaned, counted and named the same way everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.core.errors import Invalid
from cms.core.text import (
    clean_line,
    clean_text,
    composed,
    count_words,
    excerpt,
    initials,
    plain_text,
    reading_minutes,
    skeleton,
    slugify,
)
from tests.growth import assert_grows_in_step


def test_text_keeps_its_lines_and_composes_its_letters() -> None:
    assert clean_text("cafe\u0301\r\n\ttwo\rthree \n") == "café\n\ttwo\nthree \n"


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\x7f", "\ud800", "\ufffe", "\uffff"])
def test_what_no_feed_can_carry_is_refused(character: str) -> None:
    with pytest.raises(Invalid):
        clean_text(f"a{character}b")
    with pytest.raises(Invalid):
        clean_line(f"{character}")


def test_marks_of_direction_and_joiners_are_part_of_languages() -> None:
    assert clean_line("\u2066שלום\u2069 می\u200cخواهم 👩\u200d🚀") == "\u2066שלום\u2069 می\u200cخواهم 👩\u200d🚀"


@pytest.mark.parametrize("text", ["\u202e\u200b", "\u00a0", "\u3164", "\u2800 \u2800", "\ufeff", ""])
def test_a_line_in_which_nothing_can_be_seen_is_empty(text: str) -> None:
    assert clean_line(text) == ""


def test_a_line_loses_outer_blanks_and_refuses_a_second_line() -> None:
    assert clean_line("  A title\t\r\n") == "A title"
    for text in ("a\nb", "a\r\nb", "a\u2028b", "a\x85b"):
        with pytest.raises(Invalid):
            clean_line(text)


@pytest.mark.parametrize("pile", ["\u0301" * 40 + "\u0316" * 40, "\u0316\u0301" * 40, "\uff9e\u0316" * 40])
def test_accents_piled_up_to_keep_us_busy_are_refused(pile: str) -> None:
    for form in ("NFC", "NFKC"):
        with pytest.raises(Invalid, match="accents"):
            composed(f"Ze{pile}bra", form)
    with pytest.raises(Invalid):
        clean_text(f"Ze{pile}bra")
    with pytest.raises(Invalid):
        skeleton(f"ze{pile}bra")


def test_accents_are_refused_before_they_are_sorted() -> None:
    def refused(pile: str) -> None:
        for clean in (composed, clean_text, skeleton):
            with pytest.raises(Invalid):
                clean(f"Ze{pile}bra")

    assert_grows_in_step(refused, "\u0301\u0316")


def test_as_many_accents_as_a_joke_may_need_are_kept() -> None:
    assert clean_text("x" + "\u0316\u0301" * 30) == "x" + "\u0316" * 30 + "\u0301" * 30


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    try:
        once = clean_text(text)
    except Invalid:
        return
    assert clean_text(once) == once


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The tide clock on Pier 9", "the-tide-clock-on-pier-9"),
        ("Don’t panic, it's fine", "dont-panic-its-fine"),
        ("Ünïcödé & Приве́т 你好", "unicode-privet-ni-hao"),
        ("../../etc/passwd", "etc-passwd"),
        ("AT&amp;T", "at-amp-t"),
        ("2024", "2024"),
        ("", "post"),
        ("— … 😀", "post"),
        ("\ud83d", "post"),
        ("x" * 200, "x" * 80),
        ("word " * 40, "-".join(["word"] * 16)),
    ],
)
def test_a_title_becomes_an_address(title: str, slug: str) -> None:
    assert slugify(title, fallback="post") == slug


@given(st.text())
def test_a_slug_is_plain_and_short_and_its_own_slug(text: str) -> None:
    slug = slugify(text, fallback="post")

    assert slug
    assert len(slug) <= 80
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert slugify(slug, fallback="post") == slug


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ines", "ines"), ("ﬁsh", "fish"), ("STRASSE", "straße"), ("ace", "асе"), ("x２", "x2"), ("E\u0301va", "éva")],
)
def test_names_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize("name", ["ines_p", "a.b-c", "山田たろう", "김철수", "हिन्दी", "สมชาย", "Ярослав", "יוסי", "7"])
def test_names_of_every_alphabet_are_taken(name: str) -> None:
    assert skeleton(name) == skeleton(name.upper())


@pytest.mark.parametrize(
    "name",
    [
        "", " ", "a b", "a/b", "-a", "a.", "x" * 41, "😀", "adm\u0456n", "ad\u200bmin", "a\u202eb", "a\u2066b",
        "Ярocлав", "Admin", "ROOT", "sup-port", "a.d.m.i.n", "ｒｏｏｔ", "Z" + "\u0301" * 5, "a\x00b", "\ud800",
    ],
)  # fmt: skip
def test_names_made_to_deceive_are_refused(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        skeleton(name)
    assert refusal.value.fields == {"username": refusal.value.message}


@given(
    st.text(alphabet="abcXYZéßﬁ０9İſ", min_size=1, max_size=12) | st.text(alphabet="асеЁжЙ", min_size=1, max_size=12)
)
def test_a_skeleton_does_not_depend_on_case(name: str) -> None:
    assert skeleton(name) == skeleton(name.casefold())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("One two", 2),
        ("don't well-known 3.5", 3),
        ("either/or, word—word … — end.", 5),
        ("हिन्दी भाषा", 2),
        ("안녕 세상", 2),
        ("我爱你 and you", 5),
        ("カタカナ", 4),
        ("☑ · →", 0),
    ],
)
def test_words_are_counted_as_editors_count_them(text: str, words: int) -> None:
    assert count_words(text) == words


def test_reading_takes_at_least_a_minute() -> None:
    assert [reading_minutes(words) for words in (0, 238, 1190)] == [1, 1, 5]


def test_an_excerpt_is_cut_at_a_word() -> None:
    assert excerpt("Short.\n\nEnough") == "Short. Enough"
    assert excerpt("The quick brown fox, jumps over", 21) == "The quick brown fox…"


@given(st.text(), st.integers(min_value=5, max_value=300))
def test_an_excerpt_is_one_line_and_never_longer_than_asked(text: str, length: int) -> None:
    short = excerpt(text, length)

    assert len(short) <= length
    assert "\n" not in short


def test_an_excerpt_of_a_script_without_spaces_is_cut_between_letters() -> None:
    assert excerpt("山" * 300, 20) == "山" * 19 + "…"
    assert excerpt("n\u0303" * 300, 20) == "n\u0303" * 9 + "…"


def test_plain_text_keeps_words_of_blocks_apart_and_of_markup_together() -> None:
    html = '<h2>Tides</h2><p>A<b>b</b>c &amp; d<br>e</p><table><tr><td>1</td><td title="&gt;">2</td></tr></table>'

    assert plain_text(html) == "Tides\nAbc & d\ne\n1\n2"


@pytest.mark.parametrize("unit", ["<", '<a "', "<a ", "<a>", "&", " \n"])
def test_plain_text_of_anything_costs_no_more_than_its_length(unit: str) -> None:
    assert_grows_in_step(plain_text, unit)


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ines Pellow", "IP"), ("Ines", "I"), ("a b c", "AC"), ("", "?"), ("  ", "?"), ("…", "?"), ("李 明", "李明")],
)
def test_somebody_without_a_portrait_has_their_initials(name: str, letters: str) -> None:
    assert initials(name) == letters
