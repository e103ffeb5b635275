"""Those who only get a copy: they have no turn, nobody waits for them, and no act but a letter is about them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.domain import acts
from b24app.domain.events import EventType
from b24app.domain.signature_request import Role, Signer, SignerStatus, Status
from b24app.domain.transitions import RULES, decide
from b24app.errors import NotAllowed
from tests.domain.test_transitions import ACTS, NOW, request

LAW = Signer("law", 3, "Kim Law", "kim@law.example", 0, Role.COPY)
OF_A_SIGNER = [act for act in ACTS.values() if hasattr(act, "signer_id") and not isinstance(act, acts.RecordLetter)]


def with_copy(status: Status, **changes: object):
    before = request(status, **changes)
    return replace(before, signers=(*before.signers, LAW))


@pytest.mark.parametrize("act", OF_A_SIGNER, ids=lambda act: type(act).__name__)
def test_no_act_of_a_signer_is_theirs(act):
    for status in RULES[type(act)][0]:
        with pytest.raises(NotAllowed):
            decide(with_copy(status), replace(act, signer_id="law"), NOW)


def test_nobody_waits_for_them():
    only = with_copy(Status.AWAITING_SIGNATURES, needs_approval=False)
    signed, events = decide(replace(only, signers=(only.signers[0], LAW)), acts.Sign("a", "values"), NOW)
    assert (signed.status, signed.signer("law").status) == (Status.COMPLETING, SignerStatus.WAITING_TURN)
    assert [event.type for event in events] == [EventType.SIGNER_SIGNED, EventType.ALL_SIGNED]


def test_the_trail_names_them_when_it_is_sent():
    _sent, [event] = decide(with_copy(Status.DRAFT), acts.Send(7, "sha"), NOW)
    assert event.data["copies"] == ["kim@law.example"]


def test_a_trail_without_copies_says_nothing_of_them():
    _sent, [event] = decide(request(Status.DRAFT), acts.Send(7, "sha"), NOW)
    assert "copies" not in event.data


def test_their_letter_is_recorded():
    act = acts.RecordLetter("law", "copy", "key")
    _same, [event] = decide(with_copy(Status.COMPLETED), act, NOW)
    assert (event.type, event.signer_id, event.data["email"]) == (EventType.LETTER_SENT, "law", "kim@law.example")
