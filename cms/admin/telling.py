"""How an event is told: who did it, and what they did, in the words that people use for it."""

from datetime import datetime
from typing import Any

from cms.audit.models import Event
from cms.core.i18n import N_, _

#: Whoever did something without an account, where it was not the system.
STRANGERS = {
    "comment.create": N_("A visitor"),
    "user.sign_in_failed": N_("Somebody"),
    "subscriber.join": N_("A reader"),
    "subscriber.leave": N_("A reader"),
}

#: What is called otherwise than its kind of act.
ACTS = {"comment.create": N_("commented"), "settings.change": N_("changed the")}

#: What people do to their own account, which needs no name.
OWN = {
    "edit": N_("changed their profile"),
    "sign_in": N_("signed in"),
    "sign_out": N_("signed out"),
    "sign_up": N_("signed up"),
    "revoke_session": N_("ended one of their sessions"),
    "revoke_sessions": N_("ended their other sessions"),
    "change_password": N_("changed their password"),
    "reset_password": N_("reset their password"),
    "first_password": N_("chose their first password"),
    "ask_for_email": N_("asked for another address"),
    "second_factor_on": N_("set up a second factor"),
    "second_factor_off": N_("removed their second factor"),
    "add_passkey": N_("added a passkey"),
    "remove_passkey": N_("removed a passkey"),
    "new_recovery_codes": N_("made new recovery codes"),
    "use_recovery_code": N_("used a recovery code"),
}

#: A post and a page are kept alike; the verb says which it was.
NOUNS = {"post": N_("Post"), "page": N_("Page")}


def stranger(verb: str) -> str:
    """Who did it where nobody was signed in."""
    return _(STRANGERS[verb]) if verb in STRANGERS else _("The system")


def own_act(event: Event) -> str | None:
    """In words, where somebody did it to themselves; they need not be named twice."""
    act = event.verb.rpartition(".")[2]
    is_own = event.subject_type == "users" and event.actor_id is not None and event.actor_id == event.subject_id
    return _(OWN[act]) if is_own and act in OWN else None


def special_act(event: Event) -> str | None:
    """In words, where the kind of act alone would mislead."""
    if event.verb in ACTS:
        return _(ACTS[event.verb])
    return _("scheduled") if event.verb.endswith(".publish") and _is_ahead(event) else None


def special_noun(event: Event) -> str | None:
    kind = event.verb.partition(".")[0]
    return _(NOUNS[kind]) if event.subject_type == "posts" and kind in NOUNS else None


def _is_ahead(event: Event) -> bool:
    """Whether what this made public was to be seen only later."""
    before, after = _pair(event.changes.get("editions"))
    return any(datetime.fromisoformat(one["live_from"]) > event.at for one in after if one not in before)


def _pair(change: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    if not isinstance(change, list) or len(change) != 2:
        return [], []
    before, after = (
        [one for one in side if isinstance(one, dict)] if isinstance(side, list) else [] for side in change
    )
    return before, after
