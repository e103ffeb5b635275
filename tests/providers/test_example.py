"""Example Sign goes through the contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.providers.contract import LifeContract, RoomContract, RoomUnderTest
from tests.providers.example.far_side import ExampleFarSide
from tests.providers.example.service import ExampleSign
from tests.providers.example.stage import DOOR, bare_room
from tests.providers.scene import MovedClock


class TestLife(LifeContract):
    """With the account of the `scene` fixture."""


class TestRoom(RoomContract):
    @pytest.fixture
    def under_test(self) -> Iterator[RoomUnderTest]:
        clock = MovedClock()
        service = ExampleSign(clock)
        yield RoomUnderTest(bare_room(service, clock), ExampleFarSide(service), DOOR[1], clock)
        service.close()
