"""What this product adds to Flask."""

from inspect import iscoroutinefunction

from flask import Flask


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


def test_nothing_is_a_coroutine(app: Flask) -> None:
    """As `Application` takes for granted."""
    hooks = (
        *app.before_request_funcs.values(),
        *app.after_request_funcs.values(),
        *app.teardown_request_funcs.values(),
    )
    called = [*app.view_functions.values(), *(hook for those in hooks for hook in those)]

    assert not [one for one in called if iscoroutinefunction(one)]
