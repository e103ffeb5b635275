"""DocuSign goes through the contract."""

from __future__ import annotations

import pytest

from tests.providers.contract import LifeContract, RoomContract, RoomUnderTest
from tests.providers.docusign.stage import DOOR


class TestLife(LifeContract):
    """With the account of the `scene` fixture."""


class TestRoom(RoomContract):
    @pytest.fixture
    def under_test(self, room, far, clock) -> RoomUnderTest:
        return RoomUnderTest(room, far, DOOR[1], clock)
