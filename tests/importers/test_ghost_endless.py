"""Texts of Ghost exports that go on and on, or make no sense: their words come, and not more than that is held."""

import json
import tracemalloc
from pathlib import Path

import pytest

from cms.importers.ghost import read_ghost
from tests.importers.ghosts import export, post

DEEP = 100_000


def _paragraphs(depth: int) -> str:
    return '{"type":"paragraph","children":[' * depth + '{"type":"text","text":"deep down"}' + "]}" * depth


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("html", "<div>" * DEEP + "deep down"),
        ("html", "deep down" + "<!--kg-gated-block:begin" * DEEP),
        ("lexical", f'{{"root":{{"children":[{_paragraphs(300)}]}}}}'),
        ("mobiledoc", json.dumps({"markups": [["em"]], "sections": [[1, "p", [[0, [0] * DEEP, 0, "deep down"]]]]})),
    ],
)
def test_a_text_without_end_keeps_its_words(read, form: str, text: str) -> None:
    site = read(export(post(**{"html": None, form: text})))

    assert "deep down" in site.items[0].body.replace("*", "")


@pytest.mark.parametrize("form", ["lexical", "mobiledoc"])
@pytest.mark.parametrize("text", ["[" * DEEP, "cut {", "3", '{"root": 1}', '{"sections": 2}'])
def test_a_document_that_cannot_be_read_leaves_its_plain_words(read, form: str, text: str) -> None:
    site = read(export(post(**{"html": None, form: text, "plaintext": "Plain *words*"})))

    assert site.items[0].body == r"Plain \*words\*"
    assert [note.what for note in site.items[0].notes] == ["text"]


@pytest.mark.parametrize(
    "document",
    [
        {"root": {"children": [3, None, [], {}, {"type": 3}, {"type": "list", "children": [1, {"children": 3}]}]}},
        {"root": {"children": [{"type": "gallery", "images": [1, {"src": 3}]}, {"type": "bookmark", "metadata": 3}]}},
        {"root": {"children": [{"type": "text", "text": "x", "format": "bold"}, {"type": "heading", "children": []}]}},
        {
            "sections": [
                1,
                [],
                [1],
                [1, "p", [[0], [0, [9], 9, "x"], [0, [], -1, 3], [1, [], 0, 9]]],
                [10, 9],
                [10, "x"],
            ]
        },
        {"sections": [[3, "ul", [1, [[0, [], 0, "x"]]]], [2, 3], [99]], "cards": 3, "atoms": {}, "markups": "x"},
    ],
)
def test_a_document_of_odd_parts_is_read_as_far_as_it_goes(read, document: dict[str, object]) -> None:
    form = "lexical" if "root" in document else "mobiledoc"

    assert read(export(post(**{"html": None, form: json.dumps(document)}))).items


def test_memory_follows_what_is_kept_and_not_the_file(tmp_path: Path) -> None:
    filler = "é" * 60_000
    rows = (post(id=str(number), lexical=filler, plaintext=filler) for number in range(100))
    path = tmp_path / "export.json"
    path.write_text(json.dumps(export(*rows, snippets=[filler] * 50), ensure_ascii=False), encoding="utf-8")
    tracemalloc.start()
    site = read_ghost(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(site.items) == 100
    assert peak < path.stat().st_size / 4
