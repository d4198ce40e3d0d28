"""Conversations of eight: who answers whom, what was held and why, and what became of it."""

from random import Random
from typing import Any

from cms.comments.lifecycle import APPROVED, PENDING, SPAM, TRASHED, CommentStatus
from cms.comments.reasons import Reason

#: Times and places are told in millionths of the whole.
WHOLE = 1_000_000
PATTERNS, TURNS_EACH = 251, 8
#: A conversation begins within this part of the life of its post; what is left is for the others like it.
BEGINS_WITHIN, TURN_TAKES = 800_000, 90
STATUSES, SHARES = (APPROVED, PENDING, SPAM, TRASHED), (80, 5, 10, 5)
WAITING = (
    [Reason.FIRST_COMMENT],
    [Reason.FIRST_COMMENT],
    [Reason.LINKS],
    [Reason.WORD],
    [Reason.MODERATION_ON],
    [Reason.LINKS, Reason.FIRST_COMMENT],
)
AT_THE_DOOR = ([Reason.TRAP], [Reason.BANNED], [Reason.TRAP, Reason.LINKS])


def turns(random: Random, members: list[int]) -> list[dict[str, Any]]:
    """The cards of all patterns, the eight of each one after the other."""
    return [card for _ in range(PATTERNS) for card in _conversation(random, members)]


def _conversation(random: Random, members: list[int]) -> list[dict[str, Any]]:
    begins = int(BEGINS_WITHIN * random.random() ** 2)
    is_hot = random.random() < 0.4
    place = {
        "hot": random.randrange(WHOLE) if is_hot else None,
        "width": 4 + int(2 ** (8 * random.random())) if is_hot else None,
    }
    cards: list[dict[str, Any]] = []
    for number in range(TURNS_EACH):
        public = [earlier for earlier, card in enumerate(cards) if card["status"] == APPROVED.value]
        answered = random.choice(public) if public and random.random() < 0.55 else None
        cards.append(
            place
            | _turn(random, members)
            | {"back": None if answered is None else number - answered, "moment": begins + number * TURN_TAKES}
        )
    return cards


def _turn(random: Random, members: list[int]) -> dict[str, Any]:
    status = random.choices(STATUSES, SHARES)[0]
    is_member = bool(members) and status is not SPAM and random.random() < 0.3
    reasons, is_moderated = _judged(random, status, is_member)
    return {
        "status": status.value,
        "is_spam": status is SPAM,
        "member_id": random.choice(members) if is_member else None,
        "reasons": [reason.value for reason in reasons],
        "score": _score(random, status),
        "moderated": random.randrange(1, 20_000) if is_moderated else None,
    }


def _judged(random: Random, status: CommentStatus, is_member: bool) -> tuple[list[Reason], bool]:
    """Why it was held, and whether a moderator has looked at it since."""
    if status is PENDING:
        return random.choice(WAITING), False
    if status is SPAM and random.random() < 0.4:
        return random.choice(AT_THE_DOOR), False
    if status is APPROVED and (is_member or random.random() < 0.7):
        return [], False
    return ([Reason.FIRST_COMMENT] if random.random() < 0.7 else random.choice(WAITING)), True


def _score(random: Random, status: CommentStatus) -> float | None:
    match status:
        case CommentStatus.SPAM:
            return round(random.uniform(0.8, 0.99), 2)
        case CommentStatus.PENDING:
            return round(random.uniform(0.2, 0.7), 2)
        case _:
            return None
