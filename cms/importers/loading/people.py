"""Who wrote: matched by e-mail or username, else an account that nobody can use until an owner activates it."""

import re
import secrets
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from itertools import count

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cms.accounts import names
from cms.accounts.actions.people import record_made
from cms.accounts.models import User
from cms.accounts.queries import is_owner
from cms.core.errors import Invalid
from cms.core.i18n import _
from cms.core.text import USERNAME_LENGTH, skeleton
from cms.importers.loading.texts import shortened
from cms.importers.parsed import Notebook, ParsedPerson, ParsedSite
from cms.importers.report import Report

#: A name that the internet promises never to deliver to.
NOWHERE = "imported.invalid"


class People:
    """The authors of an import, by what the file calls them."""

    def __init__(self, session: Session, report: Report, *, at: datetime) -> None:
        self._session = session
        self._report = report
        self._at = at
        self._by_source: dict[str, User] = {}
        self._fallback: User | None = None

    def load(self, site: ParsedSite) -> None:
        notebook = Notebook()
        for person in site.people:
            self._by_source[person.source_id] = self._load(person, notebook)
        self._report.take(notebook)

    def author(self, source_id: str) -> User:
        """Of a post; one that names nobody belongs to the owner of the site."""
        return self._by_source.get(source_id) or self._somebody()

    def member(self, email: str) -> User | None:
        """The account of somebody who was signed in when commenting."""
        wanted = names.fold_email(email)
        return next((user for user in self._by_source.values() if wanted and user.email == wanted), None)

    def _load(self, person: ParsedPerson, notebook: Notebook) -> User:
        email = _usable_email(person.email)
        known = self._known(person, email)
        if known is not None:
            self._report.known["people"] += 1
            if email and known.email != email:
                notebook.changed(
                    _("author “%(name)s”", name=person.name), _("Taken for the account of the same username here.")
                )
            return known
        self._report.came["people"] += 1
        notebook.changed(
            _("author “%(name)s”", name=person.name), _("A new account, switched off and without a password.")
        )
        return self._make(person.source_id, person.name, email)

    def _known(self, person: ParsedPerson, email: str) -> User | None:
        username = _username(person.source_id)
        same = [User.username == username, User.username_key.in_(_keys(username))]
        found = self._session.scalars(
            select(User).where(or_(User.email == email, *same) if email else or_(*same), User.anonymised_at.is_(None))
        ).all()
        return next((user for user in found if email and user.email == email), found[0] if found else None)

    def _make(self, login: str, name: str, email: str) -> User:
        username = self._free_username(_username(login))
        user = User(
            email=email or f"{username}@{NOWHERE}",
            username=username,
            display_name=shortened(name, names.NAME_LENGTH),
            active=False,
            fs_uniquifier=secrets.token_hex(32),
            created_at=self._at,
            updated_at=self._at,
        )
        self._session.add(user)
        self._session.flush()
        record_made(self._session, "user.create", user, by=None, at=self._at)
        return user

    def _free_username(self, wanted: str) -> str:
        for candidate in _numbered(wanted):
            taken = or_(User.username == candidate, User.username_key.in_(_keys(candidate)))
            if self._session.scalar(select(User.id).where(taken).limit(1)) is None:
                return candidate
        raise AssertionError("numbers do not end")

    def _somebody(self) -> User:
        if self._fallback is None:
            owner = select(User).where(is_owner(), User.active).order_by(User.id).limit(1)
            self._fallback = self._session.scalar(owner) or self._stand_in()
        return self._fallback

    def _stand_in(self) -> User:
        """For posts that name nobody on a site that has no owner yet; one for all imports."""
        known = self._session.scalar(select(User).where(User.email == f"imported@{NOWHERE}"))
        return known or self._make("imported", _("Imported"), "")


def _usable_email(email: str) -> str:
    try:
        return names.clean_email(email) if email else ""
    except Invalid:
        return ""


def _username(login: str) -> str:
    """What stands in addresses: an e-mail address used as a login is not shown to the world."""
    folded = unicodedata.normalize("NFKC", login.partition("@")[0]).casefold()
    return re.sub(r"[^\w.-]+", "-", folded).strip("-._")[:USERNAME_LENGTH].rstrip("-._") or "author"


def _keys(username: str) -> list[str]:
    """What look-alikes share; a name that nobody could choose today is its own key."""
    try:
        return [skeleton(username)]
    except Invalid:
        return [username]


def _numbered(username: str) -> Iterator[str]:
    yield username
    for number in count(2):
        suffix = f"-{number}"
        yield username[: USERNAME_LENGTH - len(suffix)] + suffix
