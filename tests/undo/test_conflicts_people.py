"""Undoing brings back nothing that was erased of a person, and no role over one that was given since."""

import pytest

from cms.accounts.actions import people, roles
from cms.accounts.actions.erasing import anonymise
from cms.audit.actions import forget
from cms.audit.models import Event
from cms.audit.undo import undo
from cms.core.errors import NotAllowed
from cms.media.portraits import take_down
from cms.posts import actions as posts
from tests.undo.acts import World
from tests.undo.acts_of_people import holder
from tests.undo.conftest import refused


def test_values_that_were_erased_do_not_come_back(world: World) -> None:
    person = world.make.author()
    people.update(world.session, person, {"bio": "Sails"}, base_version=person.version, **world.later())
    event = world.last()
    forget(world.session, Event.id == event.id)

    assert "was erased" in refused(world, event).message


def test_an_erased_person_stays_erased(world: World) -> None:
    person = world.make.author()
    people.update(world.session, person, {"timezone": "Europe/Berlin"}, base_version=person.version, **world.later())
    edited = world.last()
    people.deactivate(world.session, person, **world.later())
    deactivated = world.last()
    anonymise(world.session, person, **world.later())
    erased = world.last()

    for event in (edited, deactivated):
        with pytest.raises(NotAllowed, match="erased"):
            undo(world.session, event, **world.later())
    assert "gone" in refused(world, erased).message


def test_a_picture_of_somebody_who_was_erased_stays_in_the_trash(world: World) -> None:
    take_down(world.session, [world.make.media()], **world.later())

    with pytest.raises(NotAllowed, match="person it shows"):
        undo(world.session, world.last(), **world.later())


def test_posts_are_not_given_back_to_somebody_without_an_account(world: World) -> None:
    person = world.make.author()
    world.make.post(author=person)
    posts.reassign(world.session, person, world.owner, **world.later())
    event = world.last()
    person.active = False

    assert "no active account" in refused(world, event).message


def test_a_role_does_not_return_to_people_whose_roles_changed_since(world: World) -> None:
    role = world.make.role()
    person = holder(world, role)
    roles.delete_role(world.session, role, instead=world.make.roles["author"], **world.later())
    event = world.last()
    people.set_roles(world.session, person, [world.make.roles["editor"]], **world.later())

    assert "Roles" in refused(world, event).message


def test_a_role_that_people_hold_is_not_unmade(world: World) -> None:
    role = roles.create_role(world.session, roles.RoleDraft("Stringer", "", False, ()), **world.later())
    event = world.last()
    holder(world, role)

    assert "role" in refused(world, event).message
