"""What we use of Flask-Security, imported as where WebAuthn's library is not installed.

It would load that for ceremonies that are not ours (`account.ceremonies`): a seventh of what a start takes, and five
megabytes of each process, for the few who use a passkey.
"""

import sys

_LIBRARY = "webauthn"
_loaded = sys.modules.get(_LIBRARY)
sys.modules[_LIBRARY] = None  # type: ignore[assignment]  # as the import system has it: importing it raises
try:
    from flask_security import (
        Security,
        SQLAlchemyUserDatastore,
        Totp,
        hash_password,
        user_authenticated,
        verify_password,
    )
    from flask_security.core import RoleMixin, UserMixin, WebAuthnMixin
    from flask_security.proxies import _security as current_security
    from flask_security.utils import login_user, logout_user
finally:
    del sys.modules[_LIBRARY]
    if _loaded is not None:
        sys.modules[_LIBRARY] = _loaded

__all__ = [
    "RoleMixin",
    "SQLAlchemyUserDatastore",
    "Security",
    "Totp",
    "UserMixin",
    "WebAuthnMixin",
    "current_security",
    "hash_password",
    "login_user",
    "logout_user",
    "user_authenticated",
    "verify_password",
]
