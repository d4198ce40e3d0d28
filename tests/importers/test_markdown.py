"""Markdown with front matter: Jekyll's, Hugo's and anybody's."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cms.core.errors import Invalid
from cms.core.markdown import render_article
from cms.importers.markdown import read_markdown
from cms.importers.parsed import ItemKind, ItemStatus, ParsedItem, Severity
from tests.importers.conftest import FIXTURES


@pytest.fixture
def read(tmp_path: Path):
    def read(text: str | bytes, name: str = "a-file.md", **options) -> ParsedItem:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_markdown([path], **options).items[0]

    return read


@pytest.fixture(scope="module")
def lights() -> ParsedItem:
    return read_markdown([FIXTURES / "2024-03-01-harbour-lights.md"]).items[0]


def test_the_front_matter_says_what_the_post_is(lights: ParsedItem) -> None:
    assert lights.title == "Harbour lights: “a study”"
    assert (lights.kind, lights.status, lights.slug) == (ItemKind.POST, ItemStatus.PUBLISHED, "harbour-lights")
    assert lights.published_at == datetime(2024, 3, 1, 8, 30, tzinfo=UTC)
    assert lights.summary == "Seven lamps and who lights them."
    assert lights.tags == ("boats", "night", "lamps")
    assert lights.show_contents
    assert lights.featured == lights.files["lamp.png"]
    assert lights.old_paths == ("/notes/harbour-lights/", "/old/lights.html")


def test_template_tags_go_outside_code_and_stay_in_it(lights: ParsedItem) -> None:
    assert lights.body == (
        "The lamps of the café burn all night.\n\n## Where\n\n"
        "![A lamp](lamp.png)\n\n*The oldest*\n"
        "Paid words stay. See /posts/night-ferry and [home](/).\n"
        "Write {{ like_this }} or `{{ so }}`. \n\n"
        '```python\nprint("{{ kept }}")\n```\n\n'
        '```liquid\n{% kept in="code" %} — too\n```\n\n'
        "![missing](/assets/none.jpg) ![far](https://cdn.example.net/x.png)\n\n"
        "$$ a^2 $$\n\n"
        "<https://maps.example.net/embed>"
    )


def test_the_report_names_what_is_not_shown(lights: ParsedItem) -> None:
    said = {(note.severity, note.what) for note in lights.notes}

    assert (Severity.PROBLEM, "image /assets/none.jpg") in said
    assert (Severity.PROBLEM, "image https://cdn.example.net/x.png") in said
    assert (Severity.CHANGED, "mathematics: 1 formulas found") in said
    assert (Severity.LEFT_OUT, "{% if %}") in said
    assert (Severity.LEFT_OUT, "{{ page.title }}") in said
    assert (Severity.LEFT_OUT, "front matter: sponsor") in said
    assert (Severity.CHANGED, "characters in 3 lines") in said


def test_people_and_files_come_along() -> None:
    site = read_markdown([FIXTURES / "2024-03-01-harbour-lights.md"])

    assert [(person.name, person.email) for person in site.people] == [("Ada Moor", "ada@old.example.com")]
    assert [(file.path, file.alt) for file in site.attachments] == [(FIXTURES / "lamp.png", "A lamp")]
    assert [tag.name for tag in site.tags if tag.is_category] == ["Boats", "Night"]


def test_values_mean_what_was_written(read) -> None:
    item = read("---\ntitle: 2020\nslug: no\nlang: no\ndate: 2024-01-05\n---\ntext\n", zone=ZoneInfo("Europe/Oslo"))

    assert (item.title, item.slug, item.language) == ("2020", "no", "no")
    assert item.published_at == datetime(2024, 1, 4, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "tags"),
    [("[a, b b]", ("a", "b b")), ("a, b b", ("a", "b b")), ("a b", ("a", "b")), ("\n  - A\n  - a", ("a",)), ("~", ())],
)
def test_tags_are_read_however_they_are_listed(read, written: str, tags: tuple[str, ...]) -> None:
    assert read(f"---\ntitle: x\ntags: {written}\n---\n").tags == tags


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("title: x", ItemStatus.PUBLISHED),
        ("draft: true", ItemStatus.DRAFT),
        ("published: false", ItemStatus.DRAFT),
        ("published: no", ItemStatus.DRAFT),
        ("status: Pending", ItemStatus.IN_REVIEW),
    ],
)
def test_drafts_stay_drafts(read, head: str, status: ItemStatus) -> None:
    assert read(f"---\n{head}\n---\nx").status is status


def test_an_empty_file_is_no_post(read) -> None:
    with pytest.raises(Invalid, match="is empty"):
        read(" \n\n")


def test_a_file_without_front_matter_is_named_by_its_heading_and_is_a_draft(read) -> None:
    item = read("# The *old* quay #\n\nWords.\n", "2024-05-06-some_file.md")

    assert (item.title, item.body, item.status) == ("The *old* quay", "Words.", ItemStatus.DRAFT)
    assert item.published_at == datetime(2024, 5, 6, tzinfo=UTC)
    assert read("Only words.", "2024-05-06-some_file.md").title == "Some file"


def test_a_rule_at_the_top_is_no_front_matter(read) -> None:
    assert read("---\n\nJust a rule.\n").body == "---\n\nJust a rule."


def test_hugos_front_matter_and_shortcodes_are_read(read) -> None:
    item = read(
        '+++\ntitle = "T"\ndate = 2024-01-01T10:00:00Z\ntags = ["a"]\ndraft = true\n+++\n'
        '{{< youtube abc123XYZ_- >}} {{% notice %}}Kept{{% /notice %}} {{< figure src="x.png" caption="Words" >}}\n'
    )

    assert (item.title, item.tags, item.status) == ("T", ("a",), ItemStatus.DRAFT)
    assert "<https://www.youtube.com/watch?v=abc123XYZ_->" in item.body
    assert "Kept" in item.body
    assert "![](x.png)" in item.body
    assert "*Words*" in item.body


@pytest.mark.parametrize(
    "right",
    ["“quotes” – ‘and’ ﬁ ligature", "ｆｕｌｌ width…", "naïve café, Ã la carte", "Привет 你好", "it's"],
)
def test_what_was_right_is_left_alone(read, right: str) -> None:
    assert read(f"---\ntitle: x\n---\n{right}\n\n    code {right}").body == f"{right}\n\n    code {right}"


def test_wrong_characters_are_repaired_beside_right_ones(read) -> None:
    assert read("---\ntitle: x\n---\nright: —\nwrong: â€”\n").body == "right: —\nwrong: —"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"caf\xe9", "a.md", "not UTF-8 (line 1)"),
        (b"ok\n\xff\xfe", "a.md", "not UTF-8 (line 2)"),
        (b"text\x00text", "a.md", "not a text file"),
        (b"<rss></rss>", "a.xml", "not a Markdown file"),
        (b"---\ntitle: [unclosed\n---\n", "a.md", "line 3"),
        (b"---\n- just\n- a list\n---\n", "a.md", "names and values"),
        (b"---\na: &x [1]\nb: *x\n---\n", "a.md", "alias"),
        (b"---\ntitle: " + b"[" * 50_000 + b"\n---\n", "a.md", "cannot be read"),
        (b"---\nx: " + b"y" * 200_000 + b"\n---\n", "a.md", "too long"),
        (b"+++\ntitle = \n+++\n", "a.md", "front matter cannot be read"),
        (b"x" * (9 * 1024 * 1024), "a.md", "too large"),
    ],
)
def test_a_broken_or_wrong_file_says_why_in_one_line(read, content: bytes, name: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(content, name)

    assert said in refusal.value.message
    assert "\n" not in refusal.value.message


@pytest.mark.parametrize(
    "date", ["2024-13-45", "soon", "0001-01-01 00:00:00 +14:00", "0001-01-01", "9999-12-31", "[1, 2]"]
)
def test_an_impossible_date_is_noted(read, date: str) -> None:
    item = read(f"---\ntitle: x\ndate: {date}\n---\n", zone=ZoneInfo("Asia/Tokyo"))

    assert item.published_at is None


def test_pictures_are_looked_for_beside_the_file_only(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    path = folder / "a.md"
    path.write_text(f"![a](../secret.png) ![b](/{tmp_path}/secret.png) ![c](link.png) ![d]({'x' * 5000}.png)")

    site = read_markdown([path])

    assert site.attachments == ()
    assert len(site.items[0].notes) == 5


def test_files_of_one_name_are_each_a_post(tmp_path: Path) -> None:
    for name in ("a/x", "b/x", "c/x"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "same.md").write_text(f"# {name}\n")

    site = read_markdown(sorted(tmp_path.glob("*/x/*.md")))

    assert [item.source_id for item in site.items] == ["same", "x/same", "c/x/same"]
    assert [item.title for item in site.items] == ["a/x", "b/x", "c/x"]


def test_files_of_one_folder_that_ask_for_one_address_are_each_a_post(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.md" for name in "abc"]
    for path in paths:
        path.write_text(f"---\nslug: same\n---\n# {path.stem}\n")

    assert [item.title for item in read_markdown(paths).items] == ["a", "b", "c"]


def test_a_file_that_is_named_twice_is_one_post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("# A\n")
    monkeypatch.chdir(tmp_path)

    assert len(read_markdown([Path("a.md"), tmp_path / "a.md"]).items) == 1


def test_pictures_of_one_name_stay_with_their_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cover.png").write_bytes(name.encode())
        (tmp_path / name / "index.md").write_text("---\ncover: cover.png\n---\n![Cover](cover.png)\n")

    site = read_markdown(sorted(tmp_path.glob("*/index.md")))

    paths = {file.source_id: file.path for file in site.attachments}
    for item in site.items:
        assert paths[item.files["cover.png"]] == paths[item.featured] == tmp_path / item.slug / "cover.png"


def test_the_real_file_arrives_readable(flask_deep_dive: Path) -> None:
    site = read_markdown([flask_deep_dive])
    [item] = site.items

    assert item.title == "🌊 Flask: Deep Dive & Best Practices"
    assert item.published_at == datetime(2025, 11, 11, 18, 31, tzinfo=UTC)
    assert "├── app.py              # Main application file" in item.body
    assert "✅ **Application Factory Pattern**" in item.body
    assert not set("âðŸ€œ”") & set(item.body)
    assert "{% raw %}" not in item.body
    assert "{% extends" in item.body  # in a listing
    assert item.show_contents
    assert [tag.name for tag in site.tags][:3] == ["Notes", "Flask", "Python"]
    assert {note.what for note in item.notes} == {
        "characters in 102 lines",
        "mathematics: 0 formulas found",
        "diagrams (mermaid): 0 found",
        "image /assets/img/posts/flask-logo.webp",
    }
    assert "<table>" in render_article(item.body).html


def test_a_word_in_quotation_marks_is_that_word(read) -> None:
    item = read(
        '---\ntitle: "null"\nslug: none\ntags: ["~", ~]\ndescription: "Bonjour\u00a0!  twice"\n---\ntext\n', "file.md"
    )

    assert (item.title, item.slug, item.tags, item.summary) == ("null", "file", ("~",), "Bonjour\u00a0! twice")


def test_a_folder_stands_for_the_files_in_it(tmp_path: Path) -> None:
    for name in ("b.md", "a/c.markdown", "a/index.md", "notes.txt", ".git/d.md", "e.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")

    assert [item.slug for item in read_markdown([tmp_path]).items] == ["c", "a", "b"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(Invalid, match=r"no Markdown file"):
        read_markdown([tmp_path / "empty"])


def test_pages_find_pictures_in_their_site_and_not_outside(tmp_path: Path) -> None:
    page = tmp_path / "site" / "pages" / "about" / "team.md"
    page.parent.mkdir(parents=True)
    page.write_text("![in](../../media/in.png) ![out](../../../out.png)")
    (tmp_path / "site" / "media").mkdir()
    for path in (tmp_path / "site" / "media" / "in.png", tmp_path / "out.png"):
        path.write_bytes(b"picture")

    item = read_markdown([page]).items[0]

    assert list(item.files) == ["../../media/in.png"]


def test_what_we_exported_is_taken_as_it_is(read) -> None:
    body = "# Not a title\n\n{% raw %} <script></script> [toc] â€œ\n\n\n"
    head = 'copydesk: 1\ntype: "page"\ntitle: "A"\naddress: "/about/a"\nparent: "/about"\nstatus: "archived"'

    item = read(f"---\n{head}\nnoindex: true\nexpires: 2030-01-01T00:00:00Z\n---\n\n{body}\n")

    assert (item.body, item.title, item.status) == (body, "A", ItemStatus.ARCHIVED)
    assert (item.kind, item.source_id, item.parent_source_id) == (ItemKind.PAGE, "/about/a", "/about")
    assert (item.noindex, item.live_until) == (True, datetime(2030, 1, 1, tzinfo=UTC))
    assert item.notes == ()
