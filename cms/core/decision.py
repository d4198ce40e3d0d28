"""The answer of a policy: yes or no, and why, in words that can be shown."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from cms.core.errors import NotAllowed
from cms.core.permissions import Permission, Scope


class GrantLike(Protocol):
    """What a decision can be traced back to."""

    @property
    def permission(self) -> Permission: ...

    @property
    def scope(self) -> Scope: ...

    @property
    def tag_ids(self) -> frozenset[int]: ...


def is_unlimited(grant: GrantLike) -> bool:
    return grant.scope is Scope.ANY and not grant.tag_ids


def covers(held: GrantLike, wanted: GrantLike) -> bool:
    """Whether whoever has the one could do all that the other allows."""
    return (
        held.permission is wanted.permission
        and (held.scope is Scope.ANY or wanted.scope is Scope.OWN)
        and (not held.tag_ids or (bool(wanted.tag_ids) and wanted.tag_ids <= held.tag_ids))
    )


@dataclass(frozen=True, eq=False)
class Decision:
    """True or false in an `if`; a refusal words its reason only when somebody asks for it."""

    allowed: bool
    granted_by: GrantLike | None = None
    explain: Callable[[], str] | None = None

    def __bool__(self) -> bool:
        return self.allowed

    @cached_property
    def reason(self) -> str:
        """One or two sentences for the person refused; empty where the answer is yes."""
        return "" if self.allowed or self.explain is None else self.explain()

    @classmethod
    def yes(cls, granted_by: GrantLike | None = None) -> "Decision":
        return cls(True, granted_by)

    @classmethod
    def no(cls, reason: str | Callable[[], str]) -> "Decision":
        return cls(False, explain=reason if callable(reason) else lambda: reason)


def require(decision: Decision) -> None:
    """Refuse with the decision's own reason."""
    if not decision:
        raise NotAllowed(decision.reason)
