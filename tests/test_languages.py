"""Every language is whole: nothing missing, nothing doubtful, and no English left on any screen."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from babel.dates import format_date
from babel.messages.pofile import read_po, write_po
from bs4 import BeautifulSoup
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.admin.post_form import joined
from cms.admin.shown import file_size
from cms.cli import languages
from cms.core.i18n import LANGUAGES, listed, ngettext
from cms.settings.models import SettingValue
from cms.taxonomy.models import Tag
from cms.web.dates import date_words, whole_moment
from cms.web.languages import speaking as in_language
from tests.browser import Browser
from tests.conftest import NOON
from tests.factories import Make
from tests.walk.world import address, build

Speaking = Callable[[str], AbstractContextManager[None]]
OTHERS = sorted(set(LANGUAGES) - {"en"})
SPOKEN = ("aria-label", "placeholder", "title", "alt")


def check() -> Result:
    return CliRunner().invoke(languages.languages, ["--check"])


def test_every_catalogue_is_whole_and_compiled() -> None:
    assert sorted(path.name for path in languages.FOLDER.iterdir()) == OTHERS
    done = check()
    assert done.exit_code == 0, done.output


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The German catalogue, in a folder of its own that the command looks at."""
    shutil.copytree(languages.FOLDER / "de", tmp_path / "de")
    monkeypatch.setattr(languages, "FOLDER", tmp_path)
    return tmp_path / "de" / "LC_MESSAGES" / "messages.po"


@pytest.mark.parametrize(
    ("translation", "is_fuzzy", "fault"),
    [
        ("", False, "not translated: '“%(post)s” is a draft again.'"),
        ("Ein Entwurf.", False, "other placeholders: '“%(post)s” is a draft again.'"),
        ("„%(posts)s“ ist ein Entwurf.", False, "other placeholders: '“%(post)s” is a draft again.'"),
        ("„%(post)s“ ist ein Entwurf.", True, "doubtful: '“%(post)s” is a draft again.'"),
        ("„%(post)s“ ist ein Entwurf.", False, "the compiled catalogue is older than the strings"),
    ],
)
def test_what_is_not_whole_fails_the_check(copied: Path, translation: str, is_fuzzy: bool, fault: str) -> None:
    with copied.open("rb") as file:
        catalog = read_po(file, locale="de")
    message = catalog["“%(post)s” is a draft again."]
    message.string = translation
    message.flags.update({"fuzzy"} if is_fuzzy else ())
    with copied.open("wb") as file:
        write_po(file, catalog)

    done = check()

    assert done.exit_code == 1
    assert f"de: {fault}" in done.output


def test_a_string_that_is_new_to_a_catalogue_fails_the_check_and_is_counted(copied: Path) -> None:
    with copied.open("rb") as file:
        catalog = read_po(file, locale="de")
    catalog.delete("“%(post)s” is a draft again.")
    with copied.open("wb") as file:
        write_po(file, catalog)

    assert "de: not translated: '“%(post)s” is a draft again.'" in check().output
    assert "1 to translate" in CliRunner().invoke(languages.languages, []).output


def test_the_command_writes_the_same_bytes_again(copied: Path) -> None:
    before = {path.name: path.read_bytes() for path in copied.parent.iterdir()}

    done = CliRunner().invoke(languages.languages, [])

    assert (done.exit_code, "0 to translate" in done.output) == (0, True)
    assert {path.name: path.read_bytes() for path in copied.parent.iterdir()} == before


@pytest.mark.parametrize("language", OTHERS)
def test_no_english_is_left_on_any_screen_of_an_owner(
    app: Flask, browser: Browser, session: Session, make: Make, language: str
) -> None:
    english = dict(translated(language))
    world = build(session, make, "owner")
    assert world.walker is not None
    world.walker.locale = language
    session.add(SettingValue(key="language", value=language, updated_at=NOON))
    session.commit()
    browser.sign_in(world.walker)
    left, seen = {}, 0
    for rule in app.url_map.iter_rules():
        answer = browser.get(address(app, rule, world)) if "GET" in (rule.methods or ()) else None
        if answer is None or answer.mimetype != "text/html" or not answer.text or answer.status_code // 100 == 3:
            continue
        seen += 1
        page = BeautifulSoup(answer.text, "html.parser")
        assert page.html is None or page.html["lang"] == language, rule.rule
        if found := sorted({words for words in spoken(page) if words in english and words not in english.values()}):
            left[rule.rule] = found
    assert seen > 40
    assert left == {}


def translated(language: str) -> Iterator[tuple[str, str]]:
    """Strings that are other words in the language."""
    with (languages.FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        for message in read_po(file, locale=language):
            if isinstance(message.id, str) and message.id not in ("", message.string):
                yield message.id, str(message.string)


def spoken(page: BeautifulSoup) -> Iterator[str]:
    """What is read on a page or aloud, but for words of people."""
    for tag in page(["script", "style", "pre", "code", "kbd", "textarea"]):
        tag.decompose()
    yield from page.stripped_strings
    for tag in page.find_all(True):
        yield from (str(tag[name]) for name in SPOKEN if tag.get(name))


def test_people_choose_a_language_for_themselves_and_owners_for_the_site(
    browser: Browser, session: Session, make: Make
) -> None:
    owner = make.owner()
    session.commit()
    browser.sign_in(owner)

    browser.post("/account", {"display_name": owner.display_name, "bio": "", "timezone": "", "locale": "ar"})
    assert '<html lang="ar" dir="rtl"' in browser.get("/admin/").text
    assert '<html lang="ar" dir="rtl"' in browser.get("/account").text
    assert '<html lang="en" dir="ltr"' in browser.get("/").text

    session.add(SettingValue(key="language", value="de", updated_at=NOON))
    session.commit()
    assert '<html lang="de" dir="ltr"' in browser.get("/").text
    assert '<html lang="ar" dir="rtl"' in browser.get("/admin/").text


@pytest.fixture
def speaking(app: Flask) -> Iterator[Speaking]:
    """Inside a request, in the language that is asked for."""
    with app.test_request_context("/admin/"):
        yield in_language


def test_another_language_is_spoken_inside_and_not_after(speaking: Speaking, clean: None) -> None:
    said = [ngettext("%(num)s post", "%(num)s posts", 1)]
    with speaking("de"):
        said.append(ngettext("%(num)s post", "%(num)s posts", 1))
        with speaking("en"):
            said.append(ngettext("%(num)s post", "%(num)s posts", 1))
        said.append(ngettext("%(num)s post", "%(num)s posts", 1))
    said.append(ngettext("%(num)s post", "%(num)s posts", 1))

    assert said == ["1 post", "1 Beitrag", "1 post", "1 Beitrag", "1 post"]


def test_dates_follow_the_language_that_is_spoken(speaking: Speaking, clean: None) -> None:
    with speaking("de"):
        told = [date_words(NOON, "MMMM")]
        with speaking("ar"):
            told.append(date_words(NOON, "MMMM"))
        told.append(date_words(NOON, "MMMM"))

    assert told == [format_date(NOON, "MMMM", locale=language) for language in ("de", "ar", "de")]


def test_every_number_has_its_form(speaking: Speaking, clean: None) -> None:
    def said(number: int) -> str:
        return ngettext("%(num)s post", "%(num)s posts", number)

    with speaking("de"):
        assert [said(number) for number in (0, 1, 2)] == ["0 Beiträge", "1 Beitrag", "2 Beiträge"]
    with speaking("ar"):
        assert [said(number) for number in (0, 1, 2, 3, 11, 100, 103)] == [
            "لا مقالات",
            "مقال واحد",
            "مقالان",
            "3 مقالات",
            "11 مقالًا",
            "100 مقال",
            "103 مقالات",
        ]


@pytest.mark.parametrize(
    ("language", "size", "time", "names"),
    [
        ("en", "1.5 kB", "Mon 2 Mar 2026, 12:00", "Sea, Boats"),
        ("de", "1,5 kB", "Mo. 2. März 2026, 12:00", "Sea, Boats"),
        ("ar", "1.5 كيلوبايت", "الاثنين 2 مارس 2026، 12:00", "Sea، Boats"),
    ],
)
def test_sizes_dates_and_lists_follow_the_language(
    speaking: Speaking, clean: None, language: str, size: str, time: str, names: str
) -> None:
    with speaking(language):
        assert (file_size(1500), whole_moment(NOON), listed(["Sea", "Boats"])) == (size, time, names)


def test_names_are_parted_by_the_arabic_comma_too(browser: Browser, session: Session, make: Make) -> None:
    owner = make.user("owner", locale="ar")
    session.commit()
    browser.sign_in(owner)

    browser.post("/admin/posts/new/", {"title": "It", "body": "x", "tags": 'بحر، "مد، وجزر"، Boats, Sea'})

    assert set(session.scalars(select(Tag.name))) == {"بحر", "مد، وجزر", "Boats", "Sea"}
    assert joined(["مد، وجزر", "Sea"]) == '"مد، وجزر", Sea'
