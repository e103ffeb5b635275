"""Checkboxes go back into the card with the sender's own rights."""

from __future__ import annotations

import pytest

from b24app.domain.events import Topic
from b24app.errors import BitrixError
from b24app.outbox.message import Message
from b24app.services.write_back import write_back
from b24app.store.database import writing
from b24app.store.tables import Request
from tests.office import ANNA, Office


def test_who_may_only_read_the_card_does_not_change_it_through_us(office: Office):
    acme = office.sandbox.portal("acme")
    request_id = office.send(77, user=ANNA)
    with writing():
        Request.update(checkboxes={"UF_CRM_NEED_TRAINING": True}).where(Request.id == request_id).execute()
    acme.faults.add("method_error", method="crm.item.update", error="ACCESS_DENIED", status=400)
    before = len(acme.calls.of("crm.item.update"))
    with pytest.raises(BitrixError):
        write_back(office.ctx, Message(acme.member_id, request_id, 0, "", Topic.WRITE_BACK, {}, 1, "portal"))
    assert len(acme.calls.of("crm.item.update")) == before + 1
