"""Files that are broken, cut short, of another kind or made to harm: one clear sentence, or read as far as is safe."""

import tracemalloc
from pathlib import Path

import pytest

from cms.core.errors import Invalid
from cms.importers.parsed import ItemStatus, sound_parents
from cms.importers.wordpress import read_wordpress
from cms.importers.wordpress.wxr import Channel

HEAD = (
    '<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.1/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><wp:wxr_version>1.1</wp:wxr_version>'
)
TAIL = "</channel></rss>"
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><rss><channel><title>&c;</title></channel></rss>'
)


@pytest.fixture
def written(tmp_path: Path):
    def write(content: str | bytes) -> Path:
        path = tmp_path / "export.xml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def post(inside: str = "", **fields: str) -> str:
    values = {"post_id": "1", "post_type": "post", "status": "publish", "post_name": "a"} | fields
    texts = "".join(f"<wp:{name}>{value}</wp:{name}>" for name, value in values.items())
    return f"<item><title>T</title>{texts}{inside}</item>"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty or is not XML"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "is empty or is not XML"),
        (b"# A Markdown file\n", "not well-formed XML"),
        (b"\x00" * 200_000, "is empty or is not XML"),
        (b"PK\x03\x04rest", "ZIP archive"),
        (b"\x1f\x8brest", "gzip archive"),
        (b"<html><body>Not found</body></html>", "not a WordPress export"),
        (b"<rss><channel><title>A feed</title></channel></rss>", "no WXR version"),
        (HEAD.replace(">1.1<", ">2.0<") + TAIL, "version “2.0”"),
        (HEAD + post(), "ends in the middle"),
        (HEAD + "<item><title><![CDATA[cut", "ends in the middle"),
        (HEAD + "<item></itme>" + TAIL, "not well-formed XML (line 1)"),
        (HEAD.encode() + b"<item><title>\xff\xfe</title></item>" + TAIL.encode(), "not well-formed XML"),
        (b'<?xml version="1.0" encoding="klingon"?><rss/>', "encoding"),
        (BOMB, "entities"),
        ('<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel>&x;</channel></rss>', "entities"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_in_one_line(written, content: str | bytes, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_wordpress(written(content))

    assert said in refusal.value.message
    assert "\n" not in refusal.value.message


def test_a_file_that_is_not_there_or_is_a_folder_says_so(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.xml"):
        with pytest.raises(Invalid, match="cannot be read"):
            read_wordpress(path)


def test_the_real_export_cut_in_half_is_refused(theme_test_export: Path, written) -> None:
    data = theme_test_export.read_bytes()

    with pytest.raises(Invalid, match="ends in the middle"):
        read_wordpress(written(data[: len(data) // 2]))


def test_control_characters_are_dropped_and_counted(written) -> None:
    site = read_wordpress(written(HEAD + post().replace(">T<", ">T\x00\x08\x0b<") + TAIL))

    assert site.items[0].title == "T"
    assert [note.what for note in site.notes] == ["control characters (×3)"]


def test_a_fault_of_ours_is_not_blamed_on_the_encoding(written) -> None:
    records = iter(Channel(written(HEAD + post() + TAIL)))
    next(records)

    with pytest.raises(KeyError):
        records.throw(KeyError("a bug"))


def test_a_wide_encoding_is_read_as_it_says(written) -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?>' + HEAD + post().replace(">T<", ">Ünï<") + TAIL

    assert read_wordpress(written(text.encode("utf-16"))).items[0].title == "Ünï"


@pytest.mark.parametrize(
    "date",
    [
        "0000-00-00 00:00:00",
        "2024-13-45 99:00:00",
        "",
        "yesterday",
        "99999-01-01",
        "0001-01-01 00:00:00",
        "9999-12-31 23:59:59",
    ],
)
def test_an_impossible_date_is_none_and_noted(written, date: str) -> None:
    site = read_wordpress(written(HEAD + post(post_date_gmt=date, post_date=date) + TAIL))

    assert site.items[0].published_at is None
    assert site.items[0].notes[0].what == "no usable date"


def test_posts_with_one_number_are_both_kept(written) -> None:
    site = read_wordpress(written(HEAD + post() + post() + TAIL))

    assert [item.source_id for item in site.items] == ["1", "1-2"]


def test_comments_that_answer_one_another_in_a_circle_are_untangled(written) -> None:
    comments = "".join(
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id><wp:comment_content>c</wp:comment_content>"
        f"<wp:comment_parent>{parent}</wp:comment_parent></wp:comment>"
        for number, parent in ((1, 2), (2, 3), (3, 1), (4, 4))
    )

    site = read_wordpress(written(HEAD + post(comments) + TAIL))

    parents = {comment.source_id: comment.parent_source_id for comment in site.items[0].comments}
    assert parents == {"1": "2", "2": "3", "3": None, "4": None}


def test_circles_among_parents_are_cut_once() -> None:
    assert sound_parents({"a": "b", "b": "a", "c": "a", "d": "missing"}) == {"a": "b", "b": None, "c": "a", "d": None}


def test_a_status_nobody_knows_is_a_draft(written) -> None:
    site = read_wordpress(written(HEAD + post(status="sold-out") + TAIL))

    assert site.items[0].status is ItemStatus.DRAFT


def test_a_title_of_a_megabyte_is_read(written) -> None:
    site = read_wordpress(written(HEAD + post().replace(">T<", f">{'long ' * 200_000}<") + TAIL))

    assert len(site.items[0].title) > 900_000


def test_memory_follows_the_text_and_not_the_tree(written) -> None:
    page = f"<wp:meta_value>{'x' * 900}</wp:meta_value>"
    filler = "".join(f"<wp:postmeta><wp:meta_key>_oembed_{n}</wp:meta_key>{page}</wp:postmeta>" for n in range(300))
    path = written(HEAD + "".join(post(filler, post_id=str(n)) for n in range(50)) + TAIL)
    tracemalloc.start()
    site = read_wordpress(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(site.items) == 50
    assert peak < path.stat().st_size / 2
