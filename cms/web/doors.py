"""An address as it may be written down: some open a door to whoever has them."""

import re

from flask import Request, current_app

from cms.web.secret_addresses import is_secret

LONGEST = 300
_LONG = re.compile(r"[\w~.-]{20,}", re.ASCII)


def path_of(request: Request) -> str:
    """Without what follows the question mark; by its rule where it holds a secret.

    Where it is no address of ours but perhaps a page's, it may be such a link with a letter too many.
    """
    rule = request.url_rule
    if rule is not None and is_secret(current_app, rule.endpoint):
        return rule.rule
    if rule is not None and "path" not in rule.arguments:
        return request.path[:LONGEST]
    return "/".join("…" if _may_be_secret(part) else part for part in request.path.split("/"))[:LONGEST]


def _may_be_secret(part: str) -> bool:
    """The parts of our own addresses are words in small letters with hyphens between them."""
    if not _LONG.search(part):
        return False
    return part != part.lower() or ("-" not in part and any(one.isdigit() for one in part))
