"""Hearing what real functions are given, without changing what they do."""

from collections.abc import Callable
from typing import Any

import pytest

#: For each password that argon2 met, what it was asked to do with it, and how many bytes it was given.
Hashing = list[tuple[str, int]]


def listen(patch: pytest.MonkeyPatch, place: Any, name: str, hear: Callable[..., None]) -> None:
    """The function does what it did; what it is given is heard as well."""
    real = getattr(place, name)

    def heard(*given: Any, **options: Any) -> Any:
        hear(*given, **options)
        return real(*given, **options)

    patch.setattr(place, name, heard)


def cost_of(hash: str) -> str:
    """Kind, version and parameters, without salt and sum."""
    return hash.rsplit("$", 2)[0]
