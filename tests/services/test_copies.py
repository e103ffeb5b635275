"""People who only get a copy: one letter with the sealed document at the end, and no other part in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from b24app.clock import utc_now
from b24app.documents.preview import page_texts
from b24app.domain.events import EventType
from b24app.domain.signature_request import Role, Status
from b24app.errors import InvalidPayload, NotAllowed
from b24app.evidence.trail import chain
from b24app.services.approve_request import approve_request
from b24app.services.change_copy import change_copy
from b24app.services.change_signer import change_signer
from b24app.services.composing import FormRefused
from b24app.services.kept_form import read_form
from b24app.services.show_request import show_request
from b24app.services.verify_document import show_verification
from b24app.services.void_request import void_request
from b24app.store import audit, composers, outbox, requests
from tests.services.desk import ANN, ANNA, MARCO, REFUSED
from tests.services.test_life import TYPED

LAW, HOME = "law@office.example", "ann@home.example"


def completed(desk, *copies: str, **changes) -> str:
    request_id = desk.send(ANN, copies=copies, **changes)
    desk.sign(ANN.email)
    approve_request(desk.ctx, desk.portal, ANNA, request_id, TYPED, remember=True)
    desk.work()
    return request_id


def printed(desk, request_id: str) -> str:
    """Everything that the sealed document says, on one line."""
    final = desk.ctx.blobs.get(requests.row("acme", request_id).final_sha256)
    return " ".join("\n".join(page_texts(final)).replace("\u200b", "").split())


def test_they_hear_of_it_once_and_have_the_sealed_document(desk):
    request_id = completed(desk, LAW)
    [letter] = desk.letters_to(LAW)
    [attachment] = letter.iter_attachments()
    assert attachment.get_content() == desk.ctx.blobs.get(requests.row("acme", request_id).final_sha256)
    assert letter["To"] == LAW
    assert "/s/" not in letter.get_body(("plain",)).get_content()


def test_each_letter_stands_in_the_trail_which_holds(desk):
    request_id = completed(desk, LAW, "boss@office.example")
    events = audit.events("acme", request_id)
    sent = [e.data["email"] for e in events if e.type is EventType.LETTER_SENT and e.data["kind"] == "copy"]
    assert sorted(sent) == sorted([ANN.email, LAW, "boss@office.example"])
    assert [link.digest for link in chain(request_id, "", 1, events)] == audit.digests("acme", request_id)


def test_the_letter_is_in_the_documents_language(desk):
    ukrainian = next(each for each in composers.templates("acme") if each.locale == "uk")
    completed(desk, LAW, template_id=ukrainian.id)
    assert desk.letters_to(LAW)[0]["Subject"].startswith("Підписано")


def test_nothing_is_sent_to_them_while_it_is_signed_nor_when_it_is_withdrawn(desk):
    request_id = desk.send(ANN, copies=(LAW,))
    void_request(desk.ctx, desk.portal, ANNA, request_id, "Wrong price")
    desk.work()
    assert (desk.letters_to(LAW), len(desk.letters_to(ANN.email))) == ([], 2)


def test_a_signer_is_not_written_to_twice_nor_anybody_who_is_named_twice(desk):
    request_id = completed(desk, ANN.email.upper(), LAW, LAW)
    assert [copy.email for copy in requests.load("acme", request_id).copies] == [LAW]
    assert (len(desk.letters_to(ANN.email)), len(desk.letters_to(LAW))) == (2, 1)


def test_somebody_of_the_card_is_called_by_name(desk):
    request_id = desk.send(MARCO, copies=(HOME, LAW))
    copies = requests.load("acme", request_id).copies
    assert [(copy.name, copy.email, copy.role) for copy in copies] == [
        ("Ann Lee", HOME, Role.COPY), (LAW, LAW, Role.COPY),
    ]  # fmt: skip


def test_the_certificate_names_them_apart_from_the_signers(desk):
    text = printed(desk, completed(desk, LAW))
    people, _, after = text.partition("Copies of this document go to")
    assert LAW not in people
    assert LAW in after
    assert "Copies of this document" not in printed(desk, completed(desk))


def test_the_public_check_counts_signers_only(desk):
    view = show_verification(desk.ctx, completed(desk, LAW))
    assert [name for name, _at in view.signers] == ["A. L."]


def test_the_request_page_says_when_the_copy_went_out(desk):
    request_id = desk.send(ANN, copies=(LAW,))
    [waiting] = show_request(desk.ctx, desk.portal, ANNA, request_id).copies
    assert (waiting.email, waiting.sent_at) == (LAW, None)
    desk.sign(ANN.email)
    approve_request(desk.ctx, desk.portal, ANNA, request_id, TYPED, remember=True)
    desk.work()
    [sent] = show_request(desk.ctx, desk.portal, ANNA, request_id).copies
    assert sent.sent_at is not None


def test_a_refused_copy_holds_up_nobody_and_is_told(desk):
    request_id = completed(desk, REFUSED, LAW)
    assert requests.load("acme", request_id).status is Status.COMPLETED
    assert len(desk.letters_to(LAW)) == 1
    [dead] = outbox.dead_messages("acme")
    copies = {copy.email: copy.id for copy in requests.load("acme", request_id).copies}
    assert (dead.topic, dead.signer) == ("copy_to_signers", copies[REFUSED])


def test_nobody_corrects_a_copy_as_if_it_were_a_signer(desk):
    request_id = desk.send(ANN, copies=(LAW,))
    [copy] = requests.load("acme", request_id).copies
    with pytest.raises(NotAllowed):
        change_signer(desk.ctx, desk.portal, ANNA, request_id, copy.id, name="Eve", email="eve@x.example")


def copy_of(request_id: str):
    [copy] = requests.load("acme", request_id).copies
    return copy


def test_an_address_corrected_in_time_is_the_only_one_written_to(desk):
    request_id = desk.send(ANN, copies=(LAW,))
    change_copy(desk.ctx, desk.portal, ANNA, request_id, copy_of(request_id).id, f" {HOME} ")
    assert "copy_to_signers" not in [message.topic for message in outbox.undone_messages("acme", request_id)]
    desk.sign(ANN.email)
    approve_request(desk.ctx, desk.portal, ANNA, request_id, TYPED, remember=True)
    desk.work()
    assert (len(desk.letters_to(HOME)), desk.letters_to(LAW)) == (1, [])
    text = printed(desk, request_id)
    assert HOME in text.partition("Copies of this document go to")[2]
    assert "Address for a copy changed by the sender" in text


def test_an_address_corrected_at_the_end_gets_the_document_and_the_trail_holds(desk):
    request_id = completed(desk, REFUSED)
    change_copy(desk.ctx, desk.portal, ANNA, request_id, copy_of(request_id).id, LAW)
    assert outbox.dead_messages("acme") == []
    [waiting] = show_request(desk.ctx, desk.portal, ANNA, request_id).copies
    assert (waiting.email, waiting.sent_at) == (LAW, None)
    desk.work()
    [letter] = desk.letters_to(LAW)
    assert len(list(letter.iter_attachments())) == 1
    [sent] = show_request(desk.ctx, desk.portal, ANNA, request_id).copies
    assert sent.sent_at is not None
    events = audit.events("acme", request_id)
    assert [link.digest for link in chain(request_id, "", 1, events)] == audit.digests("acme", request_id)


def test_corrected_while_its_letter_waits_one_letter_goes_out(desk):
    request_id = desk.send(ANN, copies=(LAW,))
    desk.sign(ANN.email)
    with desk.without_mail():
        approve_request(desk.ctx, desk.portal, ANNA, request_id, TYPED, remember=True)
        desk.work()
        assert requests.load("acme", request_id).status is Status.COMPLETED
        change_copy(desk.ctx, desk.portal, ANNA, request_id, copy_of(request_id).id, HOME)
    outbox.unpause("acme")
    desk.keep_time(lambda: utc_now() + timedelta(hours=1))
    desk.work()
    assert (len(desk.letters_to(HOME)), desk.letters_to(LAW)) == (1, [])


def test_a_signer_corrected_to_the_address_of_a_copy_gets_one_letter_at_the_end(desk):
    request_id = desk.send(ANN, copies=(LAW,))
    [signer] = requests.load("acme", request_id).signing
    change_signer(desk.ctx, desk.portal, ANNA, request_id, signer.id, name="Ann Lee", email=LAW.upper())
    desk.work()
    desk.sign(LAW.upper())
    approve_request(desk.ctx, desk.portal, ANNA, request_id, TYPED, remember=True)
    desk.work()
    with_document = [one for one in desk.letters_to(LAW.upper()) if list(one.iter_attachments())]
    assert (len(with_document), desk.letters_to(LAW)) == (1, [])
    [copy] = show_request(desk.ctx, desk.portal, ANNA, request_id).copies
    assert copy.sent_at is not None


@pytest.mark.parametrize("email", ["", "no address", LAW, LAW.upper(), ANN.email])
def test_what_cannot_be_an_address_for_a_copy_changes_nothing(desk, email):
    request_id = desk.send(ANN, copies=(LAW,))
    with pytest.raises(InvalidPayload):
        change_copy(desk.ctx, desk.portal, ANNA, request_id, copy_of(request_id).id, email)
    assert copy_of(request_id).email == LAW


@pytest.mark.parametrize(
    ("copies", "words"),
    [(("no address",), "is not an e-mail address"), (tuple(f"a{n}@x.example" for n in range(21)), "At most")],
)
def test_what_is_wrong_is_said_at_the_field(desk, copies, words):
    with pytest.raises(FormRefused) as refused:
        desk.send(ANN, copies=copies)
    assert list(refused.value.problems) == ["copies"]
    assert words in refused.value.problems["copies"][0].message


def test_the_kept_form_knows_them_and_one_of_earlier_days_has_none(desk):
    row = requests.row("acme", desk.send(ANN, copies=(LAW,)))
    assert read_form(row).copies == (LAW,)
    del row.made_of["form"]["copies"]
    assert read_form(row).copies == ()


def test_a_copy_is_no_line_in_the_order_of_signing(desk):
    request_id = desk.send(ANN, replace(MARCO, order=1), copies=(LAW,))
    signers = requests.load("acme", request_id).signers
    assert [(one.position, one.order) for one in signers] == [(1, 1), (2, 1), (3, 0)]
