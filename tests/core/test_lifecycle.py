"""The engine behind the tables of moves."""

from enum import StrEnum

import pytest

from cms.core.errors import Conflict
from cms.core.lifecycle import Lifecycle


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    OFF = "off"


class Turn(StrEnum):
    GO = "go"
    STOP = "stop"
    SWITCH_OFF = "switch_off"


LIFE = Lifecycle(
    {
        Turn.GO: ({Light.RED}, Light.GREEN),
        Turn.STOP: ({Light.GREEN}, Light.RED),
        Turn.SWITCH_OFF: ({Light.RED, Light.GREEN}, Light.OFF),
    },
    {Turn.GO: "Go", Turn.STOP: "Stop", Turn.SWITCH_OFF: "Switch off"},
    {Light.RED: "Red", Light.GREEN: "Green", Light.OFF: "Off"},
)


@pytest.mark.parametrize(
    ("light", "moves"),
    [
        (Light.RED, [Turn.GO, Turn.SWITCH_OFF]),
        (Light.GREEN, [Turn.STOP, Turn.SWITCH_OFF]),
        (Light.OFF, []),
    ],
)
def test_the_moves_from_a_status_come_in_the_order_of_the_table(light: Light, moves: list[Turn]) -> None:
    assert LIFE.moves_from(light) == moves


@pytest.mark.parametrize("light", Light)
def test_a_move_is_possible_exactly_where_it_is_offered(light: Light) -> None:
    for turn in Turn:
        if turn in LIFE.moves_from(light):
            assert LIFE.after(turn, light) is LIFE.table[turn][1]
        else:
            with pytest.raises(Conflict):
                LIFE.after(turn, light)


def test_a_refused_move_says_what_stands_in_its_way() -> None:
    with pytest.raises(Conflict) as refused:
        LIFE.after(Turn.SWITCH_OFF, Light.OFF)

    assert refused.value.message == "“Switch off” is not possible while the status is “Off”."
