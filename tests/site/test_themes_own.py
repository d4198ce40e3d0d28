"""`instance/theme/`: any template and any token, and what happens where it is broken."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from cms import create_app
from cms.extensions import db
from cms.site.kept.release import release_of
from cms.web.runtimes import runtime_of
from tests.browser import Browser
from tests.factories import Make

WithTheme = Callable[[dict[str, str]], Browser]


@pytest.fixture
def with_theme(
    app: Flask, clean: None, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[WithTheme]:
    """The same site with these files under `theme/` in its instance folder."""
    made: list[Flask] = []

    def begin(files: dict[str, str]) -> Browser:
        for name, text in files.items():
            path = tmp_path / "theme" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        monkeypatch.setenv("CMS_DATABASE_URL", database_url)
        monkeypatch.setenv("CMS_INSTANCE", str(tmp_path))
        monkeypatch.setenv("CMS_BASE_URL", "http://localhost")
        made.append(create_app("testing"))
        return Browser(made[-1])

    yield begin
    for one in made:
        with one.app_context():
            db.engine.dispose()


@pytest.mark.parametrize("theme", ["copydesk", "gazette"])
def test_a_template_is_overridden_and_may_extend_what_it_replaces(
    session: Session, with_theme: WithTheme, decide: Callable[..., None], theme: str
) -> None:
    decide(theme=theme)
    session.commit()
    block = '{% block foot %}<footer id="own">{{ frame.title }}</footer>{% endblock %}'
    browser = with_theme({"templates/site/base.html": '{% extends "shipped/site/base.html" %}' + block})

    for place in ("/", "/search", "/nothing"):
        page = browser.get(place).text
        assert '<footer id="own">Copydesk</footer>' in page
        assert ("gazette.css" in page) is (theme == "gazette")


def test_a_token_is_overridden_by_a_line(
    session: Session, with_theme: WithTheme, make: Make, decide: Callable[..., None]
) -> None:
    owner = make.owner()
    session.commit()
    browser = with_theme({"tokens.css": ":root { --paper: light-dark(#e8f4e8, #0f1a0f); }"})

    sheet = next(part for part in browser.get("/").text.split('"') if part.endswith("/tokens.css"))
    served = browser.get(sheet).text

    assert served.rindex("--paper: light-dark(#e8f4e8, #0f1a0f)") > served.rindex("--paper: light-dark(#fbfaf8")
    assert "--measure" in served
    browser.sign_in(owner)
    assert 'placeholder="#e8f4e8"' in browser.get("/admin/settings/appearance/").text
    refused = browser.post("/admin/settings/appearance/", {"accent_light": "#2d7fd6"})
    assert "on #e" in refused.text, "judged on the ground of this installation"


def test_files_of_ones_own_are_served_for_ever_and_replace_those_of_the_theme(
    session: Session, with_theme: WithTheme
) -> None:
    session.commit()
    browser = with_theme({"static/site.css": "body{color:teal}", "static/mine/a.css": "a{}"})

    sheet = next(part for part in browser.get("/").text.split('"') if part.endswith("/site.css"))

    assert browser.get(sheet).text == "body{color:teal}"
    served = browser.get(sheet.replace("site.css", "mine/a.css"))
    assert served.text == "a{}"
    assert "immutable" in served.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("template", "line", "words"),
    [
        ("<h1>\n{% if %}", 2, "Expected an expression"),
        ("<p>\n\n{{ nothing.at.all }}", 3, "is undefined"),
        ('\n{% include "site/not-there.html" %}', 2, "site/not-there.html"),
        ('{% extends "site/home.html" %}', 1, "recursion"),
        ("{{ 1 / 0 }}", 1, "division"),
    ],
)
def test_a_broken_template_takes_nothing_down_and_owners_are_told_where(
    session: Session,
    with_theme: WithTheme,
    make: Make,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    template: str,
    line: int,
    words: str,
) -> None:
    owner = make.owner()
    session.commit()
    browser = with_theme({"templates/site/home.html": template, "templates/site/error.html": template})
    place = f"{tmp_path}/theme/templates/site/home.html, line {line}"

    answer = browser.get("/")

    assert answer.status_code == 200
    assert "Nothing has been published here yet." in answer.text, "the theme without the broken part"
    assert browser.get("/nothing").status_code == 404
    logged = next(record.getMessage() for record in caplog.records if place in record.getMessage())
    assert words in logged
    browser.sign_in(owner)
    page = browser.get("/admin/settings/appearance/").text
    assert place in page
    assert "Mend the file" in page


def test_another_host_serves_what_themes_have(
    session: Session, with_theme: WithTheme, decide: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(accent_light="#0b5f35")
    session.commit()
    monkeypatch.setenv("CMS_ASSET_URL", "https://cdn.example.com/")

    answer = with_theme({"tokens.css": ":root{}"}).get("/")

    for sheet in ("theme/copydesk.own/", "look/"):
        assert f'href="https://cdn.example.com/static/{sheet}' in answer.text
    assert "style-src 'self' https://cdn.example.com" in answer.headers["Content-Security-Policy"]


def test_a_fault_of_the_site_is_not_blamed_on_the_theme(
    session: Session, with_theme: WithTheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.commit()
    browser = with_theme({"tokens.css": ":root{}"})

    def broken() -> None:
        raise RuntimeError("ours")

    monkeypatch.setitem(browser.app.jinja_env.globals, "site_frame", broken)

    assert browser.get("/").status_code == 500


def test_pages_that_were_kept_are_not_those_of_another_theme(with_theme: WithTheme, tmp_path: Path) -> None:
    config = runtime_of(with_theme({"tokens.css": ":root{}"}).app).config
    before = release_of(config)

    (tmp_path / "theme" / "logo.svg").write_text("<svg/>")

    assert release_of(config) != before
