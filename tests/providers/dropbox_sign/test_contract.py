"""Dropbox Sign goes through the contract: signing by e-mail, and inside our pages."""

from __future__ import annotations

import pytest

from tests.providers.contract import LifeContract, RoomContract, RoomUnderTest
from tests.providers.dropbox_sign.stage import DOOR, a_room, embedded
from tests.providers.scene import MovedClock


class TestLife(LifeContract):
    """With the account of the `scene` fixture."""


class TestRoom(RoomContract):
    @pytest.fixture
    def under_test(self, far) -> RoomUnderTest:
        clock = MovedClock()
        return RoomUnderTest(a_room(far.service, clock=clock), far, DOOR[1], clock)


class TestEmbeddedRoom(RoomContract):
    @pytest.fixture
    def under_test(self, far) -> RoomUnderTest:
        clock = MovedClock()
        room = a_room(far.service, clock=clock, approver_signs=True, **embedded(far.service))
        return RoomUnderTest(room, far, DOOR[1], clock)
