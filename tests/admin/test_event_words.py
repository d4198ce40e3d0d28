"""Every field that the domains write into the record has a name in words."""

import ast
from collections.abc import Iterator
from pathlib import Path

from cms.admin.event_words import LABELS_OF, MORE_LABELS
from cms.admin.events import HIDDEN
from cms.media.actions import TEXTS
from cms.posts.fields import LABELS as POST_LABELS
from cms.settings.declared import BY_KEY

DOMAINS = Path(__file__).resolve().parents[2] / "cms"
EDGES = {"admin", "site", "account", "cli", "web"}


def recorded_fields() -> Iterator[tuple[str, str]]:
    """The names in what is annotated as `Changes`, or given to `record` as its changes or beside them."""
    for path in DOMAINS.rglob("*.py"):
        if path.relative_to(DOMAINS).parts[0] in EDGES:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "Changes" and node.value:
                yield from ((path.name, name) for name in named(node.value))
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "record":
                for keyword in node.keywords:
                    if keyword.arg in ("changes", "personal"):
                        yield from ((path.name, name) for name in named(keyword.value))


def named(value: ast.expr) -> Iterator[str]:
    """Keys that are written out, and names that a comprehension goes through."""
    for node in ast.walk(value):
        if isinstance(node, ast.Dict):
            wanted = [key for key in node.keys if key is not None]
        elif isinstance(node, ast.comprehension) and isinstance(node.iter, ast.Tuple):
            wanted = node.iter.elts
        else:
            continue
        yield from (one.value for one in wanted if isinstance(one, ast.Constant) and isinstance(one.value, str))


def test_every_recorded_field_has_a_name_in_words() -> None:
    known = {*MORE_LABELS, *POST_LABELS, *BY_KEY, *HIDDEN, *(field for _kind, field in LABELS_OF)}
    found = set(recorded_fields())

    assert {("moving.py", "signed"), ("people.py", "roles"), ("second_factors.py", "app")} <= found
    assert {(path, field) for path, field in found if field not in known} == set()
    assert set(TEXTS) <= known
