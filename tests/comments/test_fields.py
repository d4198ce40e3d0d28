"""What a comment form takes, and what it says of what it does not take."""

import pytest

from cms.comments.fields import MAX_BODY, MAX_NAME, checked
from cms.core.errors import Invalid


def faults(**values: str) -> dict[str, str]:
    given = {"name": "Rafe", "email": "rafe@example.com", "body": "I drove the harbour bus."} | values
    with pytest.raises(Invalid) as refused:
        checked(**given)
    return refused.value.fields


def test_a_good_comment_is_normalised_and_rendered_once() -> None:
    draft = checked(name="  Rafe ", email="Rafe@Example.COM", body="One.\r\n\r\nTwo **bold**.\n")

    assert (draft.name, draft.email) == ("Rafe", "rafe@example.com")
    assert draft.body == "One.\n\nTwo **bold**."
    assert draft.body_html.count("<p>") == 2
    assert "<strong>bold</strong>" in draft.body_html


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "\u200b\u2060"),
        ("name", "x" * (MAX_NAME + 1)),
        ("name", "two\nlines"),
        ("email", ""),
        ("email", "nobody"),
        ("email", "a b@example.com"),
        ("email", "a@example.com\nBcc: x@example.com"),
        ("email", "a" * 250 + "@example.com"),
        ("email", "ΐ" * 32 + "@" + "a" * 60 + "." + "b" * 60 + "." + "c" * 60 + ".org"),  # its small form is longer
        ("body", ""),
        ("body", " \n\t "),
        ("body", "x" * (MAX_BODY + 1)),
        ("body", "a bell \x07 rings"),
    ],
)
def test_a_bad_value_is_named_by_its_field(field: str, value: str) -> None:
    assert list(faults(**{field: value})) == [field]


def test_every_field_at_fault_is_named_at_once() -> None:
    assert set(faults(name="", email="x", body="")) == {"name", "email", "body"}


def test_the_longest_values_fit() -> None:
    draft = checked(name="x" * MAX_NAME, email="rafe@example.com", body="y" * MAX_BODY)

    assert (len(draft.name), len(draft.body)) == (MAX_NAME, MAX_BODY)


def test_a_member_has_no_name_and_no_address_of_their_own() -> None:
    draft = checked(name="Somebody else", email="not an address", body="Mine.", is_member=True)

    assert (draft.name, draft.email) == ("", "")
