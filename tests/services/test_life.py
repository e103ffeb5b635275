"""A request's life without a portal: letters, turns, entries, approval, seal, verification."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.domain.events import EFFECTS, EventType, Topic
from b24app.domain.fields import FieldType
from b24app.domain.signature_request import SignerStatus, Status
from b24app.errors import InvalidPayload, NotAllowed
from b24app.evidence.trail import chain
from b24app.services import sign_document
from b24app.services.approve_request import approve_request, refuse_request
from b24app.services.change_signer import change_signer
from b24app.services.live_card import _HAPPENED
from b24app.services.remind_signer import remind_everybody
from b24app.services.showing import ClosedLink, SigningView
from b24app.services.signature_input import SignatureInput
from b24app.services.verify_document import masked, show_verification, verify_upload
from b24app.services.void_request import void_request
from b24app.store import audit, requests
from b24app.store.database import writing
from b24app.store.tables import OutboxMessage, SignerLink
from tests.services.desk import ANN, ANNA, BORIS, MARCO, REFUSED

TYPED = SignatureInput("type", text="Anna Schmidt")


def status(request_id: str) -> Status:
    return requests.load("acme", request_id).status


def completed(desk) -> str:
    request_id = desk.send()
    desk.sign(ANN.email)
    desk.sign(MARCO.email)
    approve_request(desk.ctx, desk.portal, ANNA, request_id, TYPED, remember=True)
    desk.work()
    return request_id


def test_the_second_letter_goes_out_when_the_first_has_signed(desk):
    desk.send()
    assert not desk.letters_to(MARCO.email)
    desk.sign(ANN.email)
    assert len(desk.letters_to(MARCO.email)) == 1


def test_parallel_signers_are_invited_together(desk):
    desk.send(ANN, replace(MARCO, order=1))
    assert desk.letters_to(ANN.email)
    assert desk.letters_to(MARCO.email)


def test_a_portal_that_is_down_does_not_hold_up_the_signers(desk):
    request_id = desk.send()
    relay = OutboxMessage.get(OutboxMessage.topic == Topic.RELAY)
    assert relay.done_at is None
    assert status(request_id) is Status.AWAITING_SIGNATURES
    assert desk.letters_to(ANN.email)


def test_the_portals_words_go_out_in_the_documents_language_only(desk):
    desk.send(ANN, replace(MARCO, order=1))
    assert "Please sign" in desk.letters_to(ANN.email)[0]["Subject"]
    assert "Please sign" not in desk.letters_to(MARCO.email)[0]["Subject"]


def test_a_whole_life_ends_in_a_sealed_document_that_verifies(desk):
    request_id = completed(desk)
    row = requests.row("acme", request_id)
    final = desk.ctx.blobs.get(row.final_sha256)
    view = verify_upload(desk.ctx, final)
    assert (status(request_id), view.state, view.id) == (Status.COMPLETED, "sealed", request_id)
    assert [name for name, _at in view.signers] == ["A. L.", "M. R."]
    flipped = final[:5000] + bytes([final[5000] ^ 1]) + final[5001:]
    assert verify_upload(desk.ctx, flipped).state != "sealed"


def test_everybody_gets_the_sealed_document(desk):
    completed(desk)
    for address in (ANN.email, MARCO.email):
        [attachment] = desk.letters_to(address)[-1].iter_attachments()
        assert attachment.get_content().startswith(b"%PDF")


def test_what_anybody_may_know_holds_no_title_and_no_whole_name(desk):
    view = show_verification(desk.ctx, completed(desk))
    assert (view.state, view.title) == ("sealed", "")
    assert "Lee" not in str(view.signers)


def test_the_audit_trail_is_chained(desk):
    request_id = completed(desk)
    links = chain(request_id, "", 1, audit.events("acme", request_id))
    assert [link.digest for link in links] == audit.digests("acme", request_id)


def test_the_server_puts_the_date_and_nobody_can_edit_it(desk):
    request_id = desk.send(ANN)
    token = desk.token(ANN.email)
    sign_document.record_consent(desk.ctx, token, "I agree.", "", "")
    [date_field] = [f for f in sign_document.open_link(desk.ctx, token).fields if f.type is FieldType.DATE]
    with pytest.raises(InvalidPayload):
        sign_document.save_value(desk.ctx, token, date_field.id, "January 1, 2020")
    desk.sign(ANN.email)
    written = requests.values("acme", request_id)[date_field.id].text
    assert str(desk.ctx.now().year) in written


def test_entries_survive_leaving_and_returning(desk):
    desk.send(ANN)
    token = desk.token(ANN.email)
    sign_document.record_consent(desk.ctx, token, "I agree.", "", "")
    [name] = [f for f in sign_document.open_link(desk.ctx, token).fields if f.type is FieldType.NAME]
    sign_document.save_value(desk.ctx, token, name.id, "Ann B. Lee")
    assert sign_document.open_link(desk.ctx, token).values[name.id].text == "Ann B. Lee"


def test_finishing_names_the_first_empty_place(desk):
    desk.send(ANN)
    token = desk.token(ANN.email)
    sign_document.record_consent(desk.ctx, token, "I agree.", "", "")
    with pytest.raises(InvalidPayload) as caught:
        sign_document.finish(desk.ctx, token, "", "")
    fields = {f.id: f.type for f in sign_document.open_link(desk.ctx, token).fields}
    assert fields[caught.value.field] is FieldType.SIGNATURE


def test_a_signer_cannot_fill_anothers_place(desk):
    request_id = desk.send()
    theirs = next(f for f in requests.fields(requests.row("acme", request_id)) if f.signer == "2")
    sign_document.record_consent(desk.ctx, desk.token(ANN.email), "I agree.", "", "")
    with pytest.raises(InvalidPayload):
        sign_document.save_value(desk.ctx, desk.token(ANN.email), theirs.id, "x")


def test_looking_at_a_link_changes_nothing(desk):
    request_id = desk.send(ANN)
    before = len(audit.events("acme", request_id))
    assert isinstance(sign_document.open_link(desk.ctx, desk.token(ANN.email)), SigningView)
    assert len(audit.events("acme", request_id)) == before


def test_a_spent_link_says_so_and_shows_nothing(desk):
    desk.send(ANN)
    token = desk.token(ANN.email)
    desk.sign(ANN.email)
    closed = sign_document.open_link(desk.ctx, token)
    assert isinstance(closed, ClosedLink)
    assert closed.reason == "signed"
    with pytest.raises(NotAllowed):
        sign_document.page_image(desk.ctx, token, 1, 480)


def test_a_strangers_link_is_unknown(desk):
    assert sign_document.open_link(desk.ctx, "made-up") == ClosedLink("unknown")


def test_links_are_stored_hashed_and_locked(desk):
    desk.send(ANN)
    token = desk.token(ANN.email)
    row = SignerLink.get()
    assert token not in (row.token_hash, row.token)
    assert desk.ctx.vault.unlock(row.token) == token


def test_declining_ends_it_and_tells_those_who_knew(desk):
    request_id = desk.send()
    desk.sign(ANN.email)
    sign_document.decline(desk.ctx, desk.token(MARCO.email), "Wrong price", "", "")
    desk.work()
    assert status(request_id) is Status.DECLINED
    assert "Wrong price" in desk.letters_to(ANN.email)[-1].get_body(("plain",)).get_content()


def test_refusing_keeps_the_signatures_and_tells_the_reason(desk):
    request_id = desk.send(ANN)
    desk.sign(ANN.email)
    with pytest.raises(NotAllowed):
        refuse_request(desk.ctx, desk.portal, BORIS, request_id, "No")
    refuse_request(desk.ctx, desk.portal, ANNA, request_id, "Budget was cut")
    desk.work()
    assert status(request_id) is Status.REFUSED
    assert "Budget was cut" in desk.letters_to(ANN.email)[-1].get_body(("plain",)).get_content()


def test_a_kept_signature_serves_the_next_approval(desk):
    completed(desk)
    second = desk.send(ANN)
    desk.sign(ANN.email)
    approve_request(desk.ctx, desk.portal, ANNA, second, SignatureInput("saved"), remember=False)
    desk.work()
    assert status(second) is Status.COMPLETED


def test_without_approval_the_last_signature_completes(desk):
    request_id = desk.send(ANN, needs_approval=False)
    desk.sign(ANN.email)
    assert status(request_id) is Status.COMPLETED


def test_an_address_that_does_not_exist_becomes_a_bounce_and_can_be_corrected(desk):
    request_id = desk.send(replace(ANN, email=REFUSED))
    signer = requests.load("acme", request_id).signers[0]
    assert signer.status is SignerStatus.BOUNCED
    change_signer(desk.ctx, desk.portal, ANNA, request_id, signer.id, "Ann Lee", "ann@new.example")
    desk.work()
    desk.sign("ann@new.example")
    assert status(request_id) is Status.AWAITING_APPROVAL


def test_a_corrected_address_kills_the_old_link(desk):
    request_id = desk.send(ANN)
    old = desk.token(ANN.email)
    signer = requests.load("acme", request_id).signers[0]
    change_signer(desk.ctx, desk.portal, ANNA, request_id, signer.id, "Ann Lee", "ann@new.example")
    assert sign_document.open_link(desk.ctx, old) == ClosedLink("revoked")


def test_a_reminder_repeats_the_same_link(desk):
    request_id = desk.send(ANN)
    first = desk.token(ANN.email)
    with writing():
        assert remind_everybody(desk.ctx, desk.portal, ANNA, request_id) == 1
    desk.work()
    assert len(desk.letters_to(ANN.email)) == 2
    assert desk.token(ANN.email) == first


def test_calling_back_closes_the_link_and_tells_the_signer(desk):
    request_id = desk.send(ANN)
    token = desk.token(ANN.email)
    void_request(desk.ctx, desk.portal, ANNA, request_id, "Wrong document")
    desk.work()
    assert sign_document.open_link(desk.ctx, token).reason == "voided"
    assert len(desk.letters_to(ANN.email)) == 2


def test_every_relayed_event_has_its_sentence():
    relayed = {type for type in EventType if {Topic.RELAY, Topic.PIN} & set(EFFECTS[type])}
    assert relayed <= set(_HAPPENED)


@pytest.mark.parametrize(("name", "short"), [("Ann Lee", "A. L."), ("", ""), ("Іван <b>", "І."), ("李 明", "李. 明.")])
def test_names_are_masked(name, short):
    assert masked(name) == short
