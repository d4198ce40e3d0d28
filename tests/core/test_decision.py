"""An answer and its reason."""

import pytest

from cms.core.decision import Decision, require
from cms.core.errors import NotAllowed


def test_yes_is_true_has_no_reason_and_lets_through() -> None:
    yes = Decision.yes()
    require(yes)

    assert yes
    assert yes.reason == ""


def test_no_is_false_and_refuses_with_its_own_words() -> None:
    no = Decision.no("Publishing needs ‘Publish posts’.")

    assert not no
    with pytest.raises(NotAllowed) as refused:
        require(no)
    assert refused.value.message == "Publishing needs ‘Publish posts’."


def test_a_reason_is_worded_when_somebody_asks_and_once() -> None:
    worded = []

    def explain() -> str:
        worded.append("again")
        return "Because."

    no = Decision.no(explain)
    assert (bool(no), worded) == (False, [])
    assert (no.reason, no.reason) == ("Because.", "Because.")
    assert worded == ["again"]
