"""Apps, passkeys and recovery codes, and what is kept of them."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from cms.accounts.actions import second_factors
from cms.accounts.actions.second_factors import Credential
from cms.accounts.models import User
from cms.core.errors import Conflict, Invalid, NotFound
from tests.accounts.conftest import AtOnce
from tests.accounts.events import verbs
from tests.factories import Make


def credential(number: int = 1) -> Credential:
    return Credential(bytes([number]) * 32, b"public", 0, ["internal"], True, "multi_device")


def test_the_first_factor_comes_with_eight_recovery_codes(session: Session, make: Make, now: datetime) -> None:
    person = make.user()

    codes = second_factors.switch_app_on(session, person, "encrypted", 7, at=now)

    assert person.has_second_factor
    assert len(set(codes)) == 8
    assert second_factors.add_passkey(session, person, credential(), "", at=now) == []


def test_recovery_codes_are_kept_as_digests(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    codes = second_factors.switch_app_on(session, person, "encrypted", 7, at=now)

    kept = str(person.mf_recovery_codes)
    assert [code for code in codes if code in kept or code.replace("-", "") in kept] == []


@pytest.mark.parametrize("typed", [str, str.upper, lambda code: code.replace("-", " "), lambda code: f" {code} "])
def test_a_recovery_code_works_once_however_it_is_typed(
    session: Session, make: Make, now: datetime, typed: type[str]
) -> None:
    person = make.user()
    code = typed(second_factors.switch_app_on(session, person, "encrypted", 7, at=now)[3])

    assert second_factors.use_recovery_code(session, person, code, at=now)
    assert not second_factors.use_recovery_code(session, person, code, at=now)
    assert len(person.mf_recovery_codes or []) == 7


def test_one_code_used_twice_at_once_is_one_success(
    session: Session, make: Make, now: datetime, at_once: AtOnce
) -> None:
    person = make.user()
    code = second_factors.switch_app_on(session, person, "encrypted", 7, at=now)[0]
    session.commit()

    def use(own: Session, typed: str) -> bool:
        held = own.get_one(User, person.id, with_for_update=True)
        return second_factors.use_recovery_code(own, held, typed, at=now)

    outcomes = at_once(use, [code] * 4)

    assert sorted(map(str, outcomes)) == ["False", "False", "False", "True"]


def test_new_codes_kill_the_old_ones(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    old = second_factors.switch_app_on(session, person, "encrypted", 7, at=now)

    new = second_factors.new_recovery_codes(session, person, at=now)

    assert not set(old) & set(new)
    assert not second_factors.use_recovery_code(session, person, old[0], at=now)


def test_codes_go_with_the_last_factor(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    second_factors.switch_app_on(session, person, "encrypted", 7, at=now)

    second_factors.switch_app_off(session, person, at=now)

    assert (person.has_second_factor, person.mf_recovery_codes) == (False, None)
    assert verbs(session) == ["user.second_factor_on", "user.second_factor_off"]


def test_the_last_factor_stays_where_a_role_asks_for_one(session: Session, make: Make, now: datetime) -> None:
    person = make.user(make.role(second_factor_required=True))
    assert person.needs_second_factor
    second_factors.switch_app_on(session, person, "encrypted", 7, at=now)
    assert not person.needs_second_factor

    with pytest.raises(Conflict):
        second_factors.switch_app_off(session, person, at=now)

    second_factors.add_passkey(session, person, credential(), "Key", at=now)
    second_factors.switch_app_off(session, person, at=now)
    session.flush()
    with pytest.raises(Conflict):
        second_factors.remove_passkey(session, person, person.webauthn[0].id, at=now)


def test_passkeys_have_names_of_their_own(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    second_factors.add_passkey(session, person, credential(1), "Phone", at=now)

    with pytest.raises(Invalid):
        second_factors.add_passkey(session, person, credential(2), "Phone", at=now)
    with pytest.raises(Invalid):
        second_factors.add_passkey(session, person, credential(2), "n" * 65, at=now)


def test_a_passkey_belongs_to_one_account(session: Session, make: Make, now: datetime) -> None:
    second_factors.add_passkey(session, make.user(), credential(), "", at=now)
    session.flush()

    with pytest.raises(Conflict):
        second_factors.add_passkey(session, make.user(), credential(), "", at=now)


def test_nobody_removes_somebody_elses_passkey(session: Session, make: Make, now: datetime) -> None:
    person = make.user()
    second_factors.add_passkey(session, person, credential(), "", at=now)
    session.flush()

    with pytest.raises(NotFound):
        second_factors.remove_passkey(session, make.user(), person.webauthn[0].id, at=now)
