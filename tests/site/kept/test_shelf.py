"""Where pages lie is bounded, shared, and never in the way."""

import gzip
import random
import tracemalloc
from dataclasses import replace
from pathlib import Path

import brotli
import pytest

from cms.site.kept.page import KeptPage, digest_of, load, packed
from cms.site.kept.shelf import Files, Memory

EVER = float("inf")


def page(body: bytes = b"text " * 100, generation: int = 1, since: float = 0.0, until: float = EVER) -> KeptPage:
    headers = [("Content-Type", "text/html; charset=utf-8")]
    return KeptPage(generation, since, until, 7, headers, digest_of(body), packed(body))


def test_a_page_is_true_for_its_generation_and_its_time() -> None:
    one = page(since=10.0, until=20.0)

    assert [one.holds(1, at) for at in (9.9, 10.0, 19.9, 20.0)] == [False, True, True, False]
    assert not one.holds(2, 15.0)


@pytest.mark.parametrize("until", [20.0, EVER])
def test_a_page_comes_out_of_a_file_as_it_went_in(tmp_path: Path, until: float) -> None:
    files = Files(tmp_path, "release")
    files.put("/posts/it?", page(until=until))

    assert files.get(1, "/posts/it?") == page(until=until)
    assert Files(tmp_path, "release").get(1, "/posts/it?") == page(until=until), "of another process"
    assert files.get(2, "/posts/it?") is files.get(1, "/other?") is Files(tmp_path, "new").get(1, "/posts/it?") is None


def test_what_is_kept_takes_no_more_memory_than_is_counted() -> None:
    body = b"text " * 10_000
    tracemalloc.start()
    try:
        kept = [packed(body) for _ in range(10)]
        taken, _most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    counted = sum(len(one) for bodies in kept for one in bodies.values())
    assert taken < counted + 10 * 2_000, "beside the text itself, little more than names"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"123\n",
        b"null\n",
        b"not json\n",
        page().dump()[:-1] + b"x",
        page().dump()[:-1],
        page().dump() + b"x",
    ],
)
def test_a_file_that_is_no_whole_page_is_none(tmp_path: Path, data: bytes) -> None:
    files = Files(tmp_path, "release")
    files.put("key", page())
    (file,) = (tmp_path / "release" / "1").iterdir()
    file.write_bytes(data)

    assert files.get(1, "key") is None


def test_older_generations_and_releases_go(tmp_path: Path) -> None:
    Files(tmp_path, "old").put("key", page())
    files = Files(tmp_path, "release")
    for generation in (1, 2, 3):
        files.put("key", page(generation=generation))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["release"]
    assert sorted(path.name for path in (tmp_path / "release").iterdir()) == ["3"]


def test_files_of_a_generation_have_an_end(tmp_path: Path) -> None:
    files = Files(tmp_path, "release", most_bytes=len(page().dump()))
    files.put("first", page())
    files.put("second", page())

    assert files.get(1, "first") is not None
    assert files.get(1, "second") is None


def test_a_folder_that_cannot_be_written_keeps_nothing_and_says_nothing(tmp_path: Path) -> None:
    files = Files(tmp_path, "release")
    (tmp_path / "release").write_text("in the way")

    files.put("key", page())

    assert files.get(1, "key") is None


def test_memory_forgets_what_was_not_asked_for_longest() -> None:
    one = page()
    memory = Memory(most_bytes=2 * one.size)
    for key in ("first", "second"):
        memory.put(key, one)
    memory.get("first")
    memory.put("third", one)

    assert [memory.get(key) is not None for key in ("first", "second", "third")] == [True, False, True]


def test_a_page_counts_for_about_what_it_takes() -> None:
    """Of a small one, what Python needs for it and its headers is more than its text."""
    headers = [("Content-Type", "text/html; charset=utf-8"), *((f"X-Header-{n}", f"{n}" * 100) for n in range(11))]
    dumped = replace(page(random.Random(1).randbytes(3000)), headers=headers).dump()
    number = 200

    tracemalloc.start()
    try:
        before, _most = tracemalloc.get_traced_memory()
        kept = [load(dumped) for _number in range(number)]
        for one in kept:
            one.lines_of(one.coding("zstd"), is_whole=True)
        takes = (tracemalloc.get_traced_memory()[0] - before) / number
    finally:
        tracemalloc.stop()
    assert 0.7 < takes / kept[0].size < 1.3


def test_a_page_that_is_larger_than_all_memory_is_not_kept_in_it() -> None:
    memory = Memory(most_bytes=10)
    memory.put("key", page())

    assert memory.get("key") is None


def test_one_after_the_other_makes_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cms.site.kept.shelf.LOCK_SECONDS", 0.05)
    ours, theirs = Files(tmp_path, "release"), Files(tmp_path, "release")

    with ours.making("key") as is_ours, theirs.making("key") as is_theirs:
        assert (is_ours, is_theirs) == (True, False)
    with theirs.making("key") as is_theirs:
        assert is_theirs


def test_what_does_not_get_smaller_is_kept_as_it_is() -> None:
    tiny = page(b"x")

    assert tiny.coding("gzip, br, zstd") == "identity"
    assert load(tiny.dump()).bodies == tiny.bodies == {"identity": b"x"}


def test_a_coding_is_made_when_it_is_first_asked_for_and_is_counted_then() -> None:
    one = page()
    wider = one.with_coding("gzip").with_coding("br")

    assert (set(one.bodies), set(wider.bodies)) == ({"zstd"}, {"zstd", "gzip", "br"})
    assert gzip.decompress(wider.body("gzip")) == brotli.decompress(wider.body("br")) == one.body("identity")
    assert wider.size == one.size + len(one.body("gzip")) + len(one.body("br"))
    assert load(wider.dump()) == wider
    assert one.with_coding("identity") is one.with_coding("zstd") is one
