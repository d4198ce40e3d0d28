"""Where pages lie is bounded, shared, and never in the way."""

import gzip
import os
import random
import threading
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import brotli
import pytest

from cms.site.kept.page import EVER, KeptPage, digest_of, load, packed
from cms.site.kept.seal import BYTES
from cms.site.kept.shelf import LIFE_SECONDS, TIDYING, Files, Memory


def page(body: bytes = b"text " * 200, generation: int = 1, since: float = 0.0, until: float = EVER) -> KeptPage:
    headers = [("Content-Type", "text/html; charset=utf-8")]
    return KeptPage(generation, since, until, 7, headers, digest_of(body), packed(body))


#: What the file of one has.
SEALED = BYTES + len(page().dump())


def test_a_page_is_true_for_its_generation_and_its_time() -> None:
    one = page(since=10.0, until=20.0)

    assert [one.holds(1, at) for at in (9.9, 10.0, 19.9, 20.0)] == [False, True, True, False]
    assert not one.holds(2, 15.0)


@pytest.mark.parametrize("until", [20.0, EVER])
def test_a_page_comes_out_of_a_file_as_it_went_in(tmp_path: Path, until: float) -> None:
    files = Files(tmp_path, "release", "secret")
    files.put("/posts/it?", page(until=until))

    assert files.get("/posts/it?") == files.get("/posts/it?", 1) == page(until=until)
    assert Files(tmp_path, "release", "secret").get("/posts/it?") == page(until=until), "of another process"
    assert (
        files.get("/posts/it?", 2) is files.get("/other?") is Files(tmp_path, "new", "secret").get("/posts/it?") is None
    )


def test_what_an_answer_is_called_and_varies_by_comes_out_as_well(tmp_path: Path) -> None:
    answer = replace(page(), tag="e12-0123", vary="Accept-Language, Accept-Encoding")
    Files(tmp_path, "release", "secret").put("/api?", answer)

    found = Files(tmp_path, "release", "secret").get("/api?")

    assert found == answer
    assert found.etag("gzip") == '"e12-0123-gzip"'
    assert ("Vary", "Accept-Language, Accept-Encoding") in found.headers_of("gzip", is_whole=True)


def test_what_is_kept_takes_no_more_memory_than_is_counted() -> None:
    """As many of few letters as are kept, sent both whole and as the news that nothing has changed."""
    stored = [page(f"text {number}".encode()).dump() for number in range(300)]
    pages = []
    tracemalloc.start()
    try:
        for data in stored:
            one = load(data)
            for is_whole in (True, False):
                one.lines_of(one.coding("zstd"), is_whole=is_whole)
            pages.append(one)
        taken, _most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert taken < sum(one.size for one in pages)


def test_pages_with_the_same_headers_share_them() -> None:
    one, other = (load(page(body).dump()) for body in (b"one", b"other"))

    assert one.headers is other.headers


def test_a_packed_text_takes_no_more_memory_than_itself() -> None:
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
    files = Files(tmp_path, "release", "secret")
    files.put("key", page())
    (file,) = (tmp_path / "release").iterdir()
    file.write_bytes(data)

    assert files.get("key") is files.get("key", 1) is None


def test_who_reads_while_it_is_written_gets_a_whole_page_or_none(tmp_path: Path) -> None:
    """Long and short ones in turns, each over the one before."""
    written = [page(random.Random(number).randbytes(40_000 // number), generation=number) for number in range(1, 5)]
    files, begun, read = Files(tmp_path, "release", "secret"), threading.Barrier(2), []

    def write() -> None:
        begun.wait()
        for number in range(400):
            files.put("key", written[number % len(written)])

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait()
    while writer.is_alive() or not any(read):
        read.append(files.get("key"))
    writer.join()

    assert [one for one in read if one is not None and one not in written] == []
    assert files.get("key") == written[-1]
    assert len(list((tmp_path / "release").iterdir())) == 1, "no draft lies about"


def test_what_cannot_be_written_over_is_put_away(tmp_path: Path) -> None:
    """As a link that somebody laid there, to a file that is none of ours."""
    files, other = Files(tmp_path, "release", "secret"), tmp_path / "other"
    files.put("key", page())
    (file,) = (tmp_path / "release").iterdir()
    other.write_bytes(b"something of worth")
    file.unlink()
    file.symlink_to(other)

    files.put("key", page(generation=2))

    assert files.get("key") == page(generation=2)
    assert other.read_bytes() == b"something of worth"


def test_the_latest_of_a_page_stays_and_what_other_code_made_goes(tmp_path: Path) -> None:
    Files(tmp_path, "old", "secret").put("key", page())
    files = Files(tmp_path, "release", "secret")
    for generation in (1, 2, 3):
        files.put("key", page(generation=generation))
    files.tidy()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["release"]
    assert files.get("key") == page(generation=3)


def aged(files: Files, folder: Path, key: str, seconds: float) -> None:
    """Written so long ago."""
    before = set(folder.iterdir()) if folder.exists() else set()
    files.put(key, page())
    (place,) = set(folder.iterdir()) - before
    os.utime(place, (time.time() - seconds,) * 2)


def test_beyond_the_share_of_bytes_the_eldest_go(tmp_path: Path) -> None:
    files = Files(tmp_path, "release", "secret", most_bytes=int(SEALED * 2.5))
    for minutes in (2, 4, 3):
        aged(files, tmp_path / "release", f"{minutes} minutes ago", minutes * 60)
    files.tidy()

    assert [minutes for minutes in (2, 3, 4) if files.get(f"{minutes} minutes ago")] == [2, 3]


def test_what_was_not_written_for_a_day_goes(tmp_path: Path) -> None:
    """It may show what was erased since."""
    files = Files(tmp_path, "release", "secret")
    aged(files, tmp_path / "release", "yesterday", LIFE_SECONDS + 60)
    aged(files, tmp_path / "release", "today", LIFE_SECONDS - 60)
    files.tidy()

    assert (files.get("yesterday"), files.get("today")) == (None, page())


def test_it_is_tidied_while_it_is_written(tmp_path: Path) -> None:
    files = Files(tmp_path, "release", "secret", most_bytes=4 * SEALED)
    for number in range(100):
        files.put(str(number), page())
    for thread in threading.enumerate():
        if thread.name == TIDYING:
            thread.join()

    assert 0 < len(list((tmp_path / "release").iterdir())) < 100


def test_a_page_that_is_no_more_is_dropped(tmp_path: Path) -> None:
    files = Files(tmp_path, "release", "secret")
    files.put("key", page())
    files.drop("key")
    files.drop("key")

    assert files.get("key") is None


def test_a_page_larger_than_all_files_may_be_is_in_none(tmp_path: Path) -> None:
    files = Files(tmp_path, "release", "secret", most_bytes=SEALED - 1)
    files.put("key", page())

    assert files.get("key") is None


def test_a_folder_that_cannot_be_written_keeps_nothing_and_says_nothing(tmp_path: Path) -> None:
    files = Files(tmp_path, "release", "secret")
    (tmp_path / "release").write_text("in the way")

    files.put("key", page())

    assert files.get("key") is None


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


def test_a_page_that_is_larger_than_all_memory_is_not_kept_in_it_and_pushes_out_no_others() -> None:
    small, large = page(), page(random.Random(1).randbytes(9_000))
    memory = Memory(most_bytes=2 * small.size)
    for key in ("one", "other"):
        memory.put(key, small)
    memory.put("large", large)
    kept = [memory.get(key) is not None for key in ("one", "other", "large")]
    memory.put("other", large)

    assert kept == [True, True, False]
    assert memory.get("other") is None, "what it was before it grew is no more"
    memory.put("third", small)
    assert (memory.get("one"), memory.get("third")) == (small, small)


def test_one_after_the_other_makes_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cms.site.kept.shelf.LOCK_SECONDS", 0.05)
    ours, theirs = Files(tmp_path, "release", "secret"), Files(tmp_path, "release", "secret")

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
