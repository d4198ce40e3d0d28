"""Files that are whole or not there."""

from pathlib import Path

import pytest

from cms.core.files import write_whole


def test_the_later_one_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    for said in (b"first", b"second"):
        write_whole(tmp_path / "it", said)

    assert (tmp_path / "it").read_bytes() == b"second"
    assert [path.name for path in tmp_path.iterdir()] == ["it"]


def test_nothing_is_left_of_one_that_cannot_be_put_there(tmp_path: Path) -> None:
    (tmp_path / "it" / "in the way").mkdir(parents=True)

    with pytest.raises(OSError, match="it"):
        write_whole(tmp_path / "it", b"anything")

    assert [path.name for path in tmp_path.iterdir()] == ["it"]
