"""What a second import does with what is here already."""

from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cms.importers.loading import load
from cms.importers.markdown import read_markdown
from cms.importers.parsed import Severity
from cms.posts.models import Post
from tests.conftest import NOON
from tests.counting import counted
from tests.importers.sites import item, site


def test_what_is_here_already_is_asked_for_together(session: Session, engine: Engine) -> None:
    asked = []
    for most in (1, 9):
        items = [item(str(number), slug=f"s{number}") for number in range(most)]
        load(session, site(*items), at=NOON)
        session.commit()
        with counted(engine) as statements:
            load(session, site(*items), at=NOON)
        session.rollback()
        asked.append(len(statements))

    assert asked[0] == asked[1]


def _about(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "about.md").write_text(f"# About\n\n{text}\n")
    return folder / "about.md"


def test_a_markdown_file_of_another_site_does_not_pass_for_one_that_came(session: Session, tmp_path: Path) -> None:
    load(session, read_markdown([_about(tmp_path / "one", "We sail.")]), at=NOON)
    session.commit()
    theirs = _about(tmp_path / "two", "We row.")

    unnamed = load(session, read_markdown([theirs]), at=NOON)
    assert [(note.item, note.what, note.severity) for note in unnamed.notes if note.what.startswith("here")] == [
        ("about.md", "here already as “About”, with another text", Severity.PROBLEM)
    ]
    named = load(session, read_markdown([theirs], site="Rowing Club"), at=NOON)
    session.commit()
    again = load(session, read_markdown([theirs], site="rowing club"), at=NOON)

    assert (unnamed.came["posts"], named.came["posts"], again.came["posts"]) == (0, 1, 0)
    assert session.scalars(select(Post.origin).order_by(Post.id)).all() == [
        "markdown:about",
        "markdown:rowing-club:about",
    ]


def test_a_markdown_file_that_came_is_known_wherever_it_lies_now(session: Session, tmp_path: Path) -> None:
    load(session, read_markdown([_about(tmp_path / "one", "We sail.")]), at=NOON)
    session.commit()
    session.scalars(select(Post)).one().title = "About us"
    session.commit()

    again = load(session, read_markdown([_about(tmp_path / "moved", "We sail.")]), at=NOON)

    assert (again.came["posts"], again.known["posts"]) == (0, 1)
    assert not [note for note in again.notes if note.severity is Severity.PROBLEM]
