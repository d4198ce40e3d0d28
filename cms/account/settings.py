"""What Flask-Security is told. It is the engine (hashes, one-time codes, the signal of signing in); views are ours.

Its own views are left out: their mail links work more than once and cannot be withdrawn, they hold a database lock
while a password is hashed, and they say whether an address is known.
"""

from datetime import timedelta
from typing import Any

#: OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
ARGON2 = {
    "argon2__type": "ID",
    "argon2__memory_cost": 19_456,
    "argon2__time_cost": 2,
    "argon2__parallelism": 1,
}

#: Flask-Security's and Flask-Login's settings.
SECURITY_SETTINGS: dict[str, Any] = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": ARGON2,
    "SECURITY_FRESHNESS": timedelta(seconds=-1),
    "SECURITY_CLI_USERS_NAME": None,
    "SECURITY_CLI_ROLES_NAME": None,
    "SECURITY_JOIN_USER_ROLES": False,
    "SESSION_PROTECTION": None,  # a phone changes its network; our own sessions are rows that can be revoked
    "SESSION_REFRESH_EACH_REQUEST": False,
}
