"""A service that sends no copies to others: said before anything is sent."""

from __future__ import annotations

import pytest

from b24app.services.composing import FormRefused
from b24app.store.tables import Request
from tests.services.desk import ANN

LAW = "law@office.example"


def test_it_is_said_at_the_field(scene):
    with pytest.raises(FormRefused) as refused:
        scene.send(ANN, copies=(LAW,))
    assert list(refused.value.problems) == ["copies"]
    assert Request.select().count() == 0
