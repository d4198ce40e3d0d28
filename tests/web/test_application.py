"""What this product adds to Flask."""

import gc
from collections.abc import Iterator
from inspect import iscoroutinefunction
from pathlib import Path
from weakref import ref

import pytest
from flask import Flask
from jinja2 import pass_context, pass_environment, pass_eval_context

from cms import create_app

pytestmark = pytest.mark.usefixtures("clean")


def test_templates_see_what_all_have_and_what_one_was_given(app: Flask) -> None:
    shared = app.jinja_env.from_string("{{ static_url is defined }} {{ mine is defined }}")
    given = app.jinja_env.from_string("{{ static_url is defined }} {{ mine }}", {"mine": 1})

    assert shared.render() == "True False"
    assert given.render() == "True 1"
    assert "mine" not in app.jinja_env.globals


def test_templates_see_what_is_added_later(app: Flask) -> None:
    shared = app.jinja_env.from_string("{{ added is defined }}")
    assert shared.render() == "False"

    app.jinja_env.globals["added"] = 1
    try:
        assert shared.render() == "True"
    finally:
        del app.jinja_env.globals["added"]


class Marked:
    """Something that is called and asks for what it needs."""

    @pass_context
    def __call__(self, context: dict[str, object], word: str) -> str:
        return f"{word}: {context['mine']}"

    @pass_eval_context
    def method(self, context: object, word: str) -> str:
        return f"{word}: {type(context).__name__}"


def test_templates_call_everything_as_jinja_does(app: Flask) -> None:
    def nothing() -> Iterator[str]:
        raise StopIteration

    values = {
        "mine": 1,
        "plain": lambda word, *, more="": word + more,
        "context": pass_context(lambda context, word: f"{word}: {context['mine']} {context.get('two')}"),
        "environment": pass_environment(lambda environment, word: f"{word}: {environment is app.jinja_env}"),
        "marked": Marked(),
        "nothing": nothing,
    }
    told = app.jinja_env.from_string(
        "{% macro said(word, more='!') %}<i>{{ word }}{{ more }}{% endmacro %}"
        "{{ said('<') }} {{ said('a', more='b') }} {{ plain('c', more='d') }} {{ 'e'.upper() }} "
        "{% for one in (7,) %}{% set two = one %}{{ context('f') }} {{ plain('g') }} {{ said(one) }}{% endfor %} "
        "{{ environment('h') }} {{ marked('i') }} {{ marked.method('j') }} {{ dict(k=1) }} [{{ nothing() }}]"
    )

    assert told.render(values) == "<i>&lt;! <i>ab cd E f: 1 7 g <i>7! h: True i: 1 j: EvalContext {&#39;k&#39;: 1} []"


def test_nothing_is_a_coroutine(app: Flask) -> None:
    """As `Application` takes for granted."""
    hooks = (
        *app.before_request_funcs.values(),
        *app.after_request_funcs.values(),
        *app.teardown_request_funcs.values(),
    )
    called = [*app.view_functions.values(), *(hook for those in hooks for hook in those)]

    assert not [one for one in called if iscoroutinefunction(one)]


def test_an_application_that_nobody_needs_any_more_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests make hundreds, and each that stayed would make the search for garbage longer. Extensions know the last."""
    monkeypatch.setenv("CMS_INSTANCE", str(tmp_path))
    made = create_app("testing")
    made.test_client().get("/healthz")
    gone = ref(made)
    del made
    create_app("testing")
    gc.collect()

    assert gone() is None
