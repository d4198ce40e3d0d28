"""What goes over the wire is small: files compressed beforehand, answers as they are made."""

import gzip
import re
from pathlib import Path

import pytest
import zstandard
from sqlalchemy.orm import Session

from cms.posts.lifecycle import PUBLISHED
from cms.web.bundling import bundled
from cms.web.static import FOLDER, compressed
from tests.browser import Browser
from tests.factories import Make

GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def post(session: Session, make: Make) -> str:
    post = make.post(status=PUBLISHED, body="Ropes and nets. " * 200)
    session.commit()
    return f"/posts/{post.slug}"


def test_style_and_script_are_compressed_beforehand_and_kept_for_ever(browser: Browser, post: str) -> None:
    files = re.findall(r'"(/static/(?:theme/copydesk/)?(\w+)/(?:site\.css|js/site\.js))"', browser.get(post).text)

    assert len(files) == 2
    for address, digest in files:
        plain, packed = browser.get(address), browser.get(address, headers=GZIP)
        assert gzip.decompress(packed.data) == plain.data
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "immutable" in packed.headers["Cache-Control"]
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert packed.headers["X-Content-Type-Options"] == "nosniff"
        assert browser.get(address.replace(digest, f"x{digest}")).data == plain.data, "of the version before"


def test_a_copy_is_made_once_and_older_ones_go(tmp_path: Path) -> None:
    folder, store = tmp_path / "files", tmp_path / "store"
    folder.mkdir()
    (folder / "a.css").write_text("a { color: red } " * 100)

    first = compressed(folder, store, "a" * 12)
    assert gzip.decompress((first / "a.css.gz").read_bytes()) == (first / "a.css").read_bytes()
    written = (first / "a.css").stat().st_mtime_ns
    assert (compressed(folder, store, "a" * 12) / "a.css").stat().st_mtime_ns == written

    compressed(folder, store, "b" * 12)
    assert [path.name for path in store.iterdir()] == ["b" * 12]


def test_a_page_is_compressed_for_those_who_can_read_it(browser: Browser, post: str) -> None:
    plain, packed = browser.get(post), browser.get(post, headers=GZIP)

    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert browser.get(post, headers=GZIP).data == packed.data, "the same bytes for everybody"
    asked = browser.get(post, headers=GZIP | {"If-None-Match": packed.headers["ETag"]})
    assert (asked.status_code, asked.data) == (304, b"")


def test_zstd_is_taken_before_gzip(browser: Browser, post: str) -> None:
    plain = browser.get("/search?q=rope")
    packed = browser.get("/search?q=rope", headers={"Accept-Encoding": "gzip, br, zstd"})

    assert packed.headers["Content-Encoding"] == "zstd"
    assert zstandard.ZstdDecompressor().decompress(packed.data) == plain.data


def test_a_private_page_has_no_coding_but_the_one_with_noise(browser: Browser, session: Session, make: Make) -> None:
    editor = make.editor()
    session.commit()
    browser.sign_in(editor)

    both = browser.get("/admin/tags/", headers={"Accept-Encoding": "zstd, gzip"})
    assert both.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in browser.get("/admin/tags/", headers={"Accept-Encoding": "zstd"}).headers


def test_the_length_of_a_private_page_tells_nothing(browser: Browser, session: Session, make: Make) -> None:
    editor = make.editor()
    session.commit()
    browser.sign_in(editor)

    lengths = {len(browser.get("/admin/tags/?search=x", headers=GZIP).data) for _time in range(12)}

    assert len(lengths) > 3


def test_what_is_streamed_and_what_is_short_is_left_alone(browser: Browser, session: Session, make: Make) -> None:
    owner = make.owner()
    session.commit()
    browser.sign_in(owner)

    assert "Content-Encoding" not in browser.get("/admin/posts/export/csv/", headers=GZIP).headers
    assert "Content-Encoding" not in browser.get("/healthz", headers=GZIP).headers


def test_scripts_and_styles_bring_along_what_they_import(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import { b, c } from "./b.js";\nimport { d } from "./d.js";\nb(c(d()));\n')
    (tmp_path / "b.js").write_text(
        'import { d } from "./d.js";\nconst x = d;\nexport function b() {}\nexport async function c() {}\n'
    )
    (tmp_path / "d.js").write_text("const x = 1;\nexport function d() { return x; }\n")
    (tmp_path / "a.css").write_text('@import "b.css";\na { color: red }\n')
    (tmp_path / "b.css").write_text("b { color: blue }\n")

    script = bundled(tmp_path / "a.js")

    assert "import" not in script
    assert "export" not in script
    assert script.count("const x = 1;") == 1, "what two parts use is there once"
    assert script.index("function d()") < script.index("async function c()") < script.index("b(c(d()))")
    assert bundled(tmp_path / "a.css").split() == "b { color: blue } a { color: red }".split()


def test_every_script_and_style_of_ours_is_whole_in_itself() -> None:
    for path in [*FOLDER.rglob("*.js"), *FOLDER.rglob("*.css")]:
        assert not re.search(r"^\s*@?import\b", bundled(path), re.MULTILINE), path
