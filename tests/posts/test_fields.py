"""Fields that are refused by name instead of being cut or printed as they came."""

import pytest

from cms.core.errors import Invalid
from cms.posts.fields import checked


@pytest.mark.parametrize("tag", ["de", "pt-BR", "zh-Hant-TW", "gsw", "es-419", " en "])
def test_the_code_of_a_language_is_kept(tag: str) -> None:
    assert checked({"language": tag}) == {"language": tag.strip()}


@pytest.mark.parametrize("tag", ["", None, "  "])
def test_no_language_is_the_sites(tag: str | None) -> None:
    assert checked({"language": tag}) == {"language": None}


@pytest.mark.parametrize(
    "tag",
    [
        "../../etc/passwd",
        "<b>",
        'de" onload="x',
        "german please",
        "d",
        "de_DE",
        "de-",
        "deutsch",
        "zh-Hant-TW-x-y",
        "ſk",
    ],
)
def test_what_is_no_language_is_refused_and_not_cut(tag: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked({"language": tag})

    assert refused.value.fields == {"language": "This must be the code of a language, such as “de” or “pt-BR”."}


def test_an_address_that_is_too_long_is_refused_and_not_cut() -> None:
    with pytest.raises(Invalid) as refused:
        checked({"slug": "y" * 300})

    assert refused.value.fields == {"slug": "At most 80 characters fit here; this has 300."}
