"""Whatever is recorded can be undone exactly, or says why it cannot."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import pytest
from flask import Flask

import cms
from cms.audit import inverses
from cms.audit.undo import undo
from cms.comments.lifecycle import CommentMove
from cms.core.permissions import Permission
from cms.jobs.lifecycle import JobMove
from cms.posts.lifecycle import PostMove
from cms.posts.models import PostKind
from tests.undo.acts import ACTS, Preparation, World
from tests.undo.snapshots import differences, revisions_of, snapshot, without

#: What a person made goes to the trash and not for good: deleting means trash, and from there it comes back whole.
INTO_THE_TRASH = {"post.create": "posts", "page.create": "posts", "media.add": "media"}


@pytest.mark.parametrize(("verb", "prepare"), ACTS, ids=[f"{verb}-{act.__name__}" for verb, act in ACTS])
def test_an_act_that_is_undone_leaves_nothing_but_its_record(world: World, verb: str, prepare: Preparation) -> None:
    session = world.session
    do = prepare(world)
    session.commit()
    before, versions = snapshot(session), revisions_of(session)

    do()
    event = world.last()
    session.commit()
    assert event.verb == verb
    changed = snapshot(session)
    undone = undo(session, event, **world.later())
    session.commit()

    after = snapshot(session)
    assert (undone.undoes_id, undone.subject_type) == (event.id, event.subject_type)
    assert revisions_of(session) >= versions
    assert changed != before
    if verb in INTO_THE_TRASH:
        table = INTO_THE_TRASH[verb]
        new = [row for row in after[table] if row not in before[table]]
        assert len(new) == 1
        assert "trashed_at=None" not in new[0]
    else:
        assert differences(before, after) == []


@pytest.mark.parametrize(("verb", "prepare"), ACTS, ids=[f"{verb}-{act.__name__}" for verb, act in ACTS])
def test_what_was_undone_can_be_done_again_and_undone_again(world: World, verb: str, prepare: Preparation) -> None:
    session = world.session
    do = prepare(world)
    do()
    event = world.last()
    session.commit()

    undone = undo(session, event, **world.later())
    session.commit()
    between = snapshot(session)
    done_again = undo(session, undone, **world.later())
    session.commit()
    undone_again = undo(session, done_again, **world.later())
    session.commit()

    assert [undone.undoes_id, done_again.undoes_id, undone_again.undoes_id] == [event.id, undone.id, done_again.id]
    after = snapshot(session)
    for table in ("posts", "media"):  # what is in the trash is there since it was put there last
        if verb in INTO_THE_TRASH:
            between, after = without(between, table, "trashed_at"), without(after, table, "trashed_at")
    assert differences(between, after) == []


def test_every_verb_that_is_recorded_has_an_inverse_or_a_reason(app: Flask) -> None:
    with_inverse, with_reason = map(set, inverses.verbs())

    assert recorded_verbs() - with_inverse - with_reason == set()
    assert with_inverse & with_reason == set()
    assert with_reason <= recorded_verbs()


def test_every_inverse_is_tried_here(app: Flask) -> None:
    with_inverse, _reasons = map(set, inverses.verbs())

    assert with_inverse == {verb for verb, _act in ACTS}


def test_every_reason_is_a_sentence(app: Flask) -> None:
    _inverses, with_reason = map(set, inverses.verbs())

    assert all(inverses.reason_against(verb).endswith(".") for verb in with_reason)
    assert inverses.reason_against("some.verb").endswith(".")


#: Both take the verb after the session.
RECORDERS = ("record", "record_made")


def recorded_verbs() -> set[str]:
    """Every verb that a call of `record` can be given, read from the source."""
    found: set[str] = set()
    for path in Path(cms.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in RECORDERS and len(call.args) > 2:
                found |= set(spelled(call.args[1], tree))
    return found


def spelled(verb: ast.expr, tree: ast.Module) -> Iterator[str]:
    """A plain word; words with the names of kinds and moves in them; or a variable, with all that it may be."""
    match verb:
        case ast.Constant(value=str(word)):
            yield word
        case ast.JoinedStr(values=values):
            yield from with_names(values)
        case ast.Name():
            known = {permission.value for permission in Permission}
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    area, dot, act = node.value.partition(".")
                    if dot and area.isidentifier() and act.isidentifier() and node.value not in known:
                        yield node.value
        case _:
            raise AssertionError(f"This test cannot read the verb {ast.unparse(verb)}")


def with_names(parts: list[ast.expr]) -> Iterator[str]:
    words = [""]
    for part in parts:
        if isinstance(part, ast.Constant):
            words = [word + part.value for word in words]
        else:
            assert isinstance(part, ast.FormattedValue)
            words = [word + name for word in words for name in names(ast.unparse(part.value), word)]
    yield from words


def names(expression: str, before: str) -> type[StrEnum]:
    if expression.endswith("kind"):
        return PostKind
    assert expression in ("move", "way"), f"This test does not know what {expression} may be"
    return {"comment.": CommentMove, "job.": JobMove}.get(before, PostMove)


def test_time_that_passed_does_not_keep_a_post_from_coming_back(world: World) -> None:
    """An edition that has ended by itself is no change that somebody made."""
    from cms.posts import actions

    post, session = world.make.post(), world.session
    actions.publish(session, post, live_until=world.at + timedelta(days=1), **world.later())
    event = world.last()
    world.at += timedelta(days=2)

    undo(session, event, **world.later())

    assert post.status == "draft"
    assert post.published_at is None
