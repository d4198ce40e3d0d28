import hashlib
import io
from pathlib import Path

import pytest

from cms.media.storage import LocalFolder, open_storage


class Breaking(io.BytesIO):
    """A source that fails half way, as a full disk or a killed worker does."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 0:
            raise OSError("gone")
        return super().read(4)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_found_by_the_digest_of_its_bytes(tmp_path: Path) -> None:
    storage = open_storage((tmp_path / "with a blank").as_uri())

    digest = storage.put(io.BytesIO(b"some bytes"))

    assert digest == hashlib.sha256(b"some bytes").hexdigest()
    assert storage.exists(digest)
    with storage.open(digest) as file:
        assert file.read() == b"some bytes"


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    storage = LocalFolder(tmp_path)

    assert storage.put(io.BytesIO(b"twice")) == storage.put(io.BytesIO(b"twice"))
    assert len(files_in(tmp_path)) == 1


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        LocalFolder(tmp_path).put(Breaking(b"half a file"))

    assert files_in(tmp_path) == []


def test_a_deleted_file_is_gone_and_deleting_it_again_is_no_error(tmp_path: Path) -> None:
    storage = LocalFolder(tmp_path)
    digest = storage.put(io.BytesIO(b"some bytes"))

    storage.delete(digest)
    storage.delete(digest)

    assert not storage.exists(digest)


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_only_a_digest_leads_anywhere(tmp_path: Path, digest: str) -> None:
    with pytest.raises(FileNotFoundError):
        LocalFolder(tmp_path).open(digest)


def test_other_kinds_of_storage_are_refused() -> None:
    with pytest.raises(ValueError, match="CMS_STORAGE_URL"):
        open_storage("ftp://example.com/media")
