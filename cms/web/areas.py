"""Which part of the product an address belongs to, said by its first segment: /accounting is a page of the site."""

#: The back office.
DESK = "admin"
#: Programs: JSON, tokens in place of cookies.
API = "api"
API_BASE = f"/{API}/v1"
#: Answers here are one person's: in their language and time zone, and kept by nobody.
PRIVATE = frozenset({DESK, "account", "login", "logout", "register", "reset", "set-up"})


def desk_path(place: str = "") -> str:
    """The address of a screen of the back office, which is another edge to whoever leads there."""
    return f"/{DESK}/{place}"


def is_desk(path: str) -> bool:
    return _area(path) == DESK


def is_api(path: str) -> bool:
    return _area(path) == API


def is_private(path: str) -> bool:
    return _area(path) in PRIVATE


def _area(path: str) -> str:
    return path.removeprefix("/").partition("/")[0]
