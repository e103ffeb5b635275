"""What a signer's link permits: nothing of the document before consent, nothing after it died, one outcome of two."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from b24app.domain.fields import FieldType
from b24app.domain.signature_request import Status
from b24app.errors import AppError, NotAllowed
from b24app.services import sign_document
from b24app.services.approve_request import approve_request, refuse_request
from b24app.services.change_signer import change_signer
from b24app.services.signature_input import SignatureInput
from b24app.services.void_request import void_request
from b24app.store import audit, requests
from b24app.store.database import close_connection, writing
from b24app.store.tables import Request
from b24app.wiring import wire_worker
from tests.services.desk import ANN, ANNA, Desk

TYPED = SignatureInput("type", text="Ann Lee")
WHERE = ("203.0.113.5", "Phone")


def agree(desk: Desk, token: str) -> None:
    sign_document.record_consent(desk.ctx, token, "I agree.", *WHERE)


@pytest.fixture
def request_id(desk: Desk) -> str:
    return desk.send(ANN)


@pytest.fixture
def token(desk: Desk, request_id: str) -> str:
    return desk.token(ANN.email)


def test_before_consent_nothing_can_be_seen_or_filled_in(desk, request_id, token):
    view = sign_document.open_link(desk.ctx, token)
    [name] = [field for field in view.fields if field.type is FieldType.NAME]
    acts: list[Callable[[], object]] = [
        lambda: sign_document.page_image(desk.ctx, token, 1, 480),
        lambda: sign_document.save_value(desk.ctx, token, name.id, "Eve"),
        lambda: sign_document.save_signature(desk.ctx, token, TYPED),
        lambda: sign_document.correct_signer(desk.ctx, token, "Eve", ""),
        lambda: sign_document.finish(desk.ctx, token, *WHERE),
    ]
    for act in acts:
        with pytest.raises(NotAllowed, match="Agree to sign electronically first"):
            act()
    assert view.page_texts == ()
    assert requests.values("acme", request_id) == {}
    agree(desk, token)
    assert sign_document.open_link(desk.ctx, token).page_texts
    assert sign_document.page_image(desk.ctx, token, 1, 480)


def test_declining_needs_no_consent(desk, request_id, token):
    sign_document.decline(desk.ctx, token, "No", *WHERE)
    assert requests.load("acme", request_id).status is Status.DECLINED


ACTS_OF_OLD_LINK = {
    "view": lambda desk, token: sign_document.record_view(desk.ctx, token, *WHERE),
    "consent": agree,
    "decline": lambda desk, token: sign_document.decline(desk.ctx, token, "No", *WHERE),
}


@pytest.mark.parametrize("act", ACTS_OF_OLD_LINK)
def test_an_act_that_waits_while_its_link_dies_is_refused(desk, request_id, token, act):
    """The employee corrects the address while a click through the old link waits for its turn to write."""
    signer = requests.load("acme", request_id).signers[0]
    outcome: list[AppError | None] = []
    with writing():
        requests.lock("acme", request_id)
        waiting = in_background(lambda: ACTS_OF_OLD_LINK[act](desk, token), outcome)
        time.sleep(0.3)
        change_signer(desk.ctx, desk.portal, ANNA, request_id, signer.id, "Ann Lee", "ann@new.example")
    waiting.join()
    assert isinstance(outcome[0], NotAllowed)
    signer = requests.load("acme", request_id).signers[0]
    assert (signer.viewed_at, signer.consented_at, signer.decline_reason) == (None, None, "")


def test_a_letter_begun_before_a_correction_does_not_carry_the_new_secret(desk):
    """The worker writes to the old address while an employee corrects it: the link belongs to the new one."""

    def secret_after_correction() -> str:
        if not corrected:
            corrected.append(True)
            request = requests.load("acme", Request.get(Request.portal == "acme").id)
            signer = request.signers[0]
            change_signer(desk.ctx, desk.portal, ANNA, request.id, signer.id, signer.name, "ann@new.example")
        return desk.ctx.new_secret()

    corrected: list[bool] = []
    desk.worker = wire_worker(replace(desk.ctx, new_secret=secret_after_correction))
    desk.send(ANN)
    assert desk.letters_to("ann@new.example")
    assert desk.letters_to(ANN.email) == []


# -- two at once ----------------------------------------------------------------------------------------------------


def in_background(act: Callable[[], object], outcome: list[AppError | None]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        except AppError as error:
            outcome.append(error)
        else:
            outcome.append(None)
        finally:
            close_connection()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def at_once(*acts: Callable[[], object]) -> list[AppError | None]:
    """Run acts that have all read before the first one may write; returns what became of them."""
    outcome: list[AppError | None] = []
    with writing():
        threads = [in_background(act, outcome) for act in acts]
        time.sleep(0.3)
    for thread in threads:
        thread.join()
    return outcome


def one_of(outcome: list[AppError | None]) -> bool:
    return outcome.count(None) == 1 and all(isinstance(error, NotAllowed) for error in outcome if error)


def ends(request_id: str) -> list[str]:
    final = {"signer_signed", "signer_declined", "request_voided", "approval_given", "approval_refused"}
    return [str(event.type) for event in audit.events("acme", request_id) if event.type in final]


@pytest.fixture
def filled(desk: Desk, token: str) -> str:
    agree(desk, token)
    sign_document.save_signature(desk.ctx, token, TYPED)
    return token


def test_finishing_twice_at_once_signs_once(desk, request_id, filled):
    assert one_of(at_once(*[lambda: sign_document.finish(desk.ctx, filled, *WHERE)] * 2))
    assert ends(request_id) == ["signer_signed"]


def test_finishing_and_declining_at_once_has_one_outcome(desk, request_id, filled):
    acts = (
        lambda: sign_document.finish(desk.ctx, filled, *WHERE),
        lambda: sign_document.decline(desk.ctx, filled, "No", *WHERE),
    )
    assert one_of(at_once(*acts))
    assert len(ends(request_id)) == 1


def test_signing_and_calling_back_at_once_leave_a_whole_trail(desk, request_id, filled):
    at_once(
        lambda: sign_document.finish(desk.ctx, filled, *WHERE),
        lambda: void_request(desk.ctx, desk.portal, ANNA, request_id, "Wrong file"),
    )
    assert requests.load("acme", request_id).status is Status.VOIDED  # an approval is still open when he has signed
    assert ends(request_id)[-1] == "request_voided"


@pytest.fixture
def signed(desk: Desk, request_id: str) -> str:
    desk.sign(ANN.email)
    return request_id


def test_approving_twice_and_refusing_at_once_has_one_outcome(desk, signed):
    def approve() -> None:
        approve_request(desk.ctx, desk.portal, ANNA, signed, SignatureInput("type", text="Anna"), False)

    assert one_of(at_once(approve, approve, lambda: refuse_request(desk.ctx, desk.portal, ANNA, signed, "No")))
    assert len(ends(signed)) == 2  # his signature, and one word about it
