"""Lines that others append are each taken once, and leave room behind them."""

from pathlib import Path

import pytest

from cms.core.intake import MOST_BYTES, Intake


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "told.log"


@pytest.fixture
def intake(place: Path) -> Intake:
    found = Intake(place)
    found.open()
    return found


def append(place: Path, lines: bytes) -> None:
    with place.open("ab") as file:
        file.write(lines)


def taken(intake: Intake) -> bytes | None:
    with intake.some() as lines:
        return lines


def test_each_line_is_taken_once_and_what_comes_later_as_well(intake: Intake, place: Path) -> None:
    for number in range(3):
        append(place, b"fog %d\nrain\n" % number)
        assert taken(intake) == b"fog %d\nrain\n" % number
        assert taken(intake) == b""


def test_a_line_that_is_not_whole_yet_waits(intake: Intake, place: Path) -> None:
    append(place, b"fog\nra")
    assert taken(intake) == b"fog\n"
    assert taken(intake) == b""
    append(place, b"in\n")

    assert taken(intake) == b"rain\n"


def test_who_keeps_the_file_open_goes_on_writing_to_it(intake: Intake, place: Path) -> None:
    with place.open("ab", buffering=0) as file:
        for number in range(3):
            file.write(b"%d\n" % number)
            assert taken(intake) == b"%d\n" % number
        Intake(place).open()  # as after a restart
        file.write(b"fog\n")

        assert taken(intake) == b"fog\n"


def test_what_was_taken_takes_no_room(intake: Intake, place: Path) -> None:
    append(place, b"x" * 99 + b"\n")
    for _number in range(20):
        append(place, (b"x" * 99 + b"\n") * 10_000)
        while taken(intake):
            pass

    assert place.stat().st_size > 19_000_000
    assert place.stat().st_blocks * 512 < 2 * MOST_BYTES


def test_much_is_taken_in_pieces_of_whole_lines(intake: Intake, place: Path) -> None:
    lines = b"".join(b"line %d\n" % number for number in range(100_000))
    append(place, lines)
    pieces = []
    while piece := taken(intake):
        assert piece.endswith(b"\n")
        pieces.append(piece)

    assert len(pieces) > 2
    assert b"".join(pieces) == lines


def test_what_is_no_line_is_in_nobodys_way(intake: Intake, place: Path) -> None:
    append(place, b"x" * MOST_BYTES)
    append(place, b"x\nfog\n")
    with place.open("r+b") as file:  # a hole that is none to the file system, as in the midst of a large block
        file.write(bytes(MOST_BYTES))

    assert taken(intake) == b"x\nfog\n"
    append(place, b"x" * 2 * MOST_BYTES)
    while garbage := taken(intake):
        assert set(garbage) == {ord("x")}
    append(place, b"\nrain\n")
    assert (taken(intake) or b"").endswith(b"\nrain\n")


def test_another_takes_nothing_meanwhile(intake: Intake, place: Path) -> None:
    append(place, b"fog\n")
    with intake.some() as lines:
        assert lines == b"fog\n"
        assert taken(Intake(place)) is None


def test_who_fails_over_lines_leaves_them_there(intake: Intake, place: Path) -> None:
    append(place, b"fog\n")
    with pytest.raises(RuntimeError), intake.some():
        raise RuntimeError

    assert taken(intake) == b"fog\n"


def test_nothing_comes_from_no_file(place: Path) -> None:
    assert taken(Intake(place)) == b""


@pytest.mark.parametrize("there", [b"", b"fog\n"])
def test_where_no_hole_can_be_made_it_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch, there: bytes) -> None:
    append(place, there)
    monkeypatch.setattr("cms.core.intake.ctypes.CDLL", lambda *_asked, **_more: object())

    with pytest.raises(OSError, match="holes"):
        Intake(place).open()


def test_nobody_else_reads_it_unless_whoever_made_it_let_them(place: Path) -> None:
    """What others read on the site is nobody's business on the machine."""
    Intake(place).open()
    assert place.stat().st_mode & 0o777 == 0o600

    place.chmod(0o660)
    Intake(place).open()
    assert place.stat().st_mode & 0o777 == 0o660


def test_to_open_it_takes_nothing_away(place: Path) -> None:
    append(place, b"fog\n")
    Intake(place).open()

    assert taken(Intake(place)) == b"fog\n"
    assert place.stat().st_size == 4


def test_no_link_is_followed(place: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"fog\n")
    place.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError):
        Intake(place).open()
    with pytest.raises(OSError):
        taken(Intake(place))
    assert (tmp_path / "elsewhere").read_bytes() == b"fog\n"
