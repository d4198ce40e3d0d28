"""What can be undone of bans."""

from datetime import timedelta

from cms.comments import bans
from cms.comments.models import Ban
from tests.undo.world import Act, Acts, World

act = Acts()


@act("ban.create")
def ban_a_network(w: World) -> Act:
    return lambda: bans.create(w.session, bans.Wanted(network="192.0.2.0/24", reason="Spam"), **w.later())


@act("ban.create")
def ban_a_member_for_a_while(w: World) -> Act:
    member, until = w.make.user(), w.at + timedelta(days=7)
    return lambda: bans.create(w.session, bans.Wanted(member=member.username, until=until), **w.later())


@act("ban.change")
def give_a_ban_another_reason_and_end(w: World) -> Act:
    ban, until = banned_address(w), w.at + timedelta(days=7)
    return lambda: bans.change(w.session, ban, "Rude", until, **w.later())


@act("ban.change")
def let_a_ban_end_never(w: World) -> Act:
    ban = bans.create(w.session, bans.Wanted(email="rafe@example.com", until=w.at + timedelta(hours=1)), **w.later())
    w.at += timedelta(hours=2)
    return lambda: bans.change(w.session, ban, "", None, **w.later())


@act("ban.lift")
def lift_a_ban_on_an_address(w: World) -> Act:
    ban = banned_address(w)
    return lambda: bans.lift(w.session, ban, **w.later())


@act("ban.lift")
def lift_a_ban_on_a_member(w: World) -> Act:
    wanted = bans.Wanted(member=w.make.user().email, reason="Rude", until=w.at + timedelta(days=7))
    ban = bans.create(w.session, wanted, **w.later())
    return lambda: bans.lift(w.session, ban, **w.later())


def banned_address(w: World) -> Ban:
    return bans.create(w.session, bans.Wanted(email="Rafe@Example.com", reason="Spam"), **w.later())
