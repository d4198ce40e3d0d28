"""What a piece of text is, whatever it belongs to: cleaned, counted, shortened, made into an address or a name."""

import re
import unicodedata
from functools import lru_cache
from html import unescape
from itertools import pairwise
from typing import Literal

from slugify import slugify as transliterated

from cms.core.errors import Invalid
from cms.core.i18n import _

SLUG_LENGTH = 80
USERNAME_LENGTH = 40
#: More marks on one letter than any language writes: putting them in order costs the square of their number.
MOST_MARKS = 60
WORDS_PER_MINUTE = 238  # silent reading of English prose, Brysbaert 2019

#: Names that would let a visitor pass for the house.
RESERVED_NAMES = frozenset(
    "abuse admin administrator anonymous copydesk deleted everyone hostmaster me moderator none noreply null "
    "postmaster root security staff support system undefined webmaster".split()
)

# Not allowed in XML either, so that a feed can always carry what a form took.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINE_BREAK = re.compile("[\n\x85\u2028\u2029]")
# Blanks and marks of direction; and letters that are drawn as nothing: Hangul fillers and the empty Braille cell.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# Scripts written without spaces, where a character is counted as a word; Korean puts spaces between its words.
_IDEOGRAPH = re.compile(
    "[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_BETWEEN_WORDS = re.compile(r"[\s–—…/]+")
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_NOTE_LINK = re.compile(r'<a [^<>]*role="doc-(?:noteref|backlink)"[^<>]*>[^<]*</a>')
_BREAKING_TAGS = frozenset(
    "aside blockquote br caption dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre section "
    "summary table td th tr ul".split()
)
# Letters of other alphabets that cannot be told from a Latin one; names of one script only, so few are enough.
_LOOKALIKES = str.maketrans("аеорсухіјѕһԁԛԝοανικρτυχ", "aeopcyxijshdqwoavikptux")
# Scripts that belong together in one name.
_SCRIPT_FAMILY = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "BOPOMOFO": "CJK", "HANGUL": "CJK"}


def clean_text(text: str) -> str:
    """The text in NFC with `\\n` as its only line break; refuses what cannot be stored or put in a feed."""
    text = composed(text.replace("\r\n", "\n").replace("\r", "\n"))
    if _UNPRINTABLE.search(text):
        raise Invalid(_("There are control characters in this text that cannot be shown. Remove them and try again."))
    return text


def printable(text: str) -> str:
    """Without what cannot be stored, shown or put in a feed; for a text that nobody is there to correct."""
    return _UNPRINTABLE.sub("", text)


def composed(text: str, form: Literal["NFC", "NFKC"] = "NFC") -> str:
    """The text in a normal form; refuses marks piled up so high that it would take minutes."""
    if not text.isascii() and _is_piled_up(text):
        raise Invalid(_("There are too many accents on one letter in this text."))
    return unicodedata.normalize(form, text)


def _is_piled_up(text: str) -> bool:
    """Only every thirtieth character is looked at: no pile that is too high stands between two of them."""
    step = MOST_MARKS // 2
    return any(_is_mark(text[at]) and _pile_at(text, at) > MOST_MARKS for at in range(step, len(text), step))


def _pile_at(text: str, at: int) -> int:
    """How many marks stand together there, counted no further than is too many."""
    first, last = at, at
    while first > 0 and last - first < MOST_MARKS and _is_mark(text[first - 1]):
        first -= 1
    while last + 1 < len(text) and last - first < MOST_MARKS and _is_mark(text[last + 1]):
        last += 1
    return last - first + 1


@lru_cache(maxsize=1024)
def _is_mark(character: str) -> bool:
    """Whether it stands on the letter before it, in every normal form."""
    return unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) > 0


def clean_line(text: str) -> str:
    """Like `clean_text` for a field of one line: outer blanks go, a line break inside is refused.

    What has nothing to see in it is empty: it would be a name that nobody can click or read out.
    """
    line = clean_text(text).strip(" \t\n")
    if _LINE_BREAK.search(line):
        raise Invalid(_("This must be a single line."))
    return line if any(map(_can_be_seen, line)) else ""


def _can_be_seen(character: str) -> bool:
    return unicodedata.category(character) not in _UNSEEN and character not in _FILLERS


def slugify(text: str, *, fallback: str) -> str:
    """Lower-case ASCII words and hyphens, at most 80 characters, cut at a word; `fallback` where none are left."""
    slug: str = transliterated(
        text[: SLUG_LENGTH * 10],
        entities=False,
        decimal=False,
        hexadecimal=False,
        max_length=SLUG_LENGTH,
        word_boundary=True,
        save_order=True,
        replacements=[("'", ""), ("’", "")],
    )
    return slug or fallback


def fold_username(name: str) -> str:
    """As it is kept and compared: without regard to case and to how its letters were typed."""
    return composed(composed(name, "NFKC").casefold(), "NFKC")


def skeleton(name: str) -> str:
    """What two usernames that look alike have in common; refuses names made to deceive."""
    folded = fold_username(name)
    _require_honest_name(folded)
    skeleton = folded.translate(_LOOKALIKES)
    if re.sub(r"[-_.]", "", skeleton) in RESERVED_NAMES:
        _refuse_name(_("This username is reserved. Choose another."))
    return skeleton


def _require_honest_name(name: str) -> None:
    if not 0 < len(name) <= USERNAME_LENGTH:
        _refuse_name(_("A username has 1 to %(most)s characters.", most=USERNAME_LENGTH))
    if not all(character in "-_." or unicodedata.category(character)[0] in "LMN" for character in name):
        _refuse_name(_("A username has letters, digits, hyphens, underscores and full stops only."))
    if name[0] in "-_." or name[-1] in "-_.":
        _refuse_name(_("A username begins and ends with a letter or a digit."))
    if any(unicodedata.combining(a) and unicodedata.combining(b) for a, b in pairwise(name)):
        _refuse_name(_("This username has too many accents on one letter."))
    if len({script for character in name if (script := _script_of(character))}) > 1:
        _refuse_name(_("A username keeps to one alphabet."))


def _script_of(character: str) -> str | None:
    """The first word of the Unicode name says the script; plain digits, marks and separators have none."""
    if character in "-_.0123456789" or unicodedata.combining(character):
        return None
    script = unicodedata.name(character, "UNNAMED").split(" ")[0]
    return _SCRIPT_FAMILY.get(script, script)


def _refuse_name(reason: str) -> None:
    raise Invalid(reason, {"username": reason})


def plain_text(html: str) -> str:
    """The words of sanitised HTML, blocks on lines of their own, without the numbers and arrows of notes."""
    words = _NOTE_LINK.sub("", html)
    text = unescape(_TAG.sub(lambda tag: "\n" if tag[1].lower() in _BREAKING_TAGS else "", words))
    return re.sub(r"[ \t]*\n\s*", "\n", text).strip()


def excerpt(text: str, length: int = 200) -> str:
    """The beginning of the text on one line, at most `length` characters, cut at a word and marked with `…`."""
    line = " ".join(text[: length * 10].split())
    if len(line) <= length:
        return line
    cut = line[:length]
    whole_words = cut.rpartition(" ")[0]
    if len(whole_words) < length // 2:  # one endless word, or a script without spaces
        whole_words = cut[: length - 1]
        while whole_words and unicodedata.combining(line[len(whole_words)]):
            whole_words = whole_words[:-1]
    return whole_words.rstrip(" ,;:–—-") + "…"


@lru_cache(maxsize=1024)
def initials(name: str) -> str:
    """At most two letters, for the round sign of a person without a portrait; `?` where the name has none."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def count_words(text: str) -> int:
    """Words as an editor counts them: blanks and dashes separate, and each Chinese or Japanese character is one."""
    spaced, ideographs = _IDEOGRAPH.subn(" ", text)
    return ideographs + sum(any(map(str.isalnum, chunk)) for chunk in _BETWEEN_WORDS.split(spaced))


def reading_minutes(words: int) -> int:
    """Whole minutes, never less than one."""
    return max(1, round(words / WORDS_PER_MINUTE))
