"""A file that came with digital signatures: sent as it is, agreed to, sealed on top or certified beside."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from b24app.domain.signature_request import Status
from b24app.evidence.verify import verify
from b24app.sandbox.examples import pdf
from b24app.services import sign_document
from b24app.services.add_upload import add_upload
from b24app.services.approve_request import approve_request
from b24app.services.composing import FormRefused
from b24app.services.send_request import send_request
from b24app.services.show_request import certificate, final_document
from b24app.services.verify_document import verify_upload
from b24app.store import authorities, composers, database, requests
from tests.sandbox.seals import signed_by_somebody
from tests.services.desk import ANN, ANNA, Desk, set_up

PLAIN = pdf.write("Frame contract", "No. 7", ["Signed by the other side already."])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = set_up(tmp_path_factory.mktemp("signed"))
    with database.reading():
        yield made
    made.controller.stop()


def form_of(desk: Desk, *files: bytes, **changes: object):
    composer = desk.open()
    ids = [add_upload(desk.ctx, desk.portal, ANNA, composer, "Frame.pdf", data).id for data in files]
    return desk.form(composer, ANN, source="upload", documents=tuple(ids), **changes)


def sent(desk: Desk, data: bytes, *, needs_approval: bool = False) -> str:
    request_id = send_request(desk.ctx, desk.portal, ANNA, form_of(desk, data, needs_approval=needs_approval))
    desk.work()
    return request_id


def agree(desk: Desk) -> None:
    token = desk.token(ANN.email)
    sign_document.record_view(desk.ctx, token, "203.0.113.5", "Phone")
    sign_document.record_consent(desk.ctx, token, "I agree.", "203.0.113.5", "Phone")
    sign_document.finish(desk.ctx, token, "203.0.113.5", "Phone")
    desk.work()


def files_of(desk: Desk, request_id: str) -> tuple[bytes, bytes]:
    """The final document and its certificate."""
    assert requests.load("acme", request_id).status is Status.COMPLETED
    read = (final_document, certificate)
    final, beside = (each(desk.ctx, desk.portal, ANNA, request_id)[1] for each in read)
    return final, beside


def text_of(document: bytes) -> str:
    """The pages' text without the gaps that digests are written with."""
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pdfium.PdfDocument(document))


def seals_of(desk: Desk, document: bytes) -> list[tuple[bool, bool, str]]:
    roots = [root.encode() for root in authorities.roots()]
    return [(seal.intact, seal.docmdp_ok, seal.signer_name) for seal in verify(document, roots, desk.ctx.now()).seals]


def test_our_seal_goes_on_top_of_the_untouched_file_and_a_certificate_beside_it(desk: Desk, tmp_path: Path):
    came = signed_by_somebody(PLAIN)
    request_id = sent(desk, came, needs_approval=True)
    agree(desk)
    approve_request(desk.ctx, desk.portal, ANNA, request_id, None, remember=True)
    desk.work()
    final, beside = files_of(desk, request_id)
    assert final.startswith(came)
    assert len(final) > len(came)
    assert seals_of(desk, final) == [(True, True, "Somebody"), (True, True, "Acme Consulting GmbH")]
    assert [verify_upload(desk.ctx, file).state for file in (final, beside)] == ["sealed", "sealed"]
    said = text_of(beside)
    assert requests.row("acme", request_id).document_sha256 in said
    assert ("AnnLee" in said, "AnnaSchmidt" in said) == (True, True)
    letter = desk.letters_to(ANN.email)[-1]
    assert [part.get_content() for part in letter.iter_attachments()] == [final, beside]
    (tmp_path / "final.pdf").write_bytes(final)
    told = subprocess.run(["pdfsig", str(tmp_path / "final.pdf")], capture_output=True, text=True, check=False).stdout
    assert told.count("Signature is Valid") == 2


@pytest.mark.parametrize("lock", ["certified", "fields"])
def test_signatures_that_allow_no_more_stay_the_last_word(desk: Desk, lock: str):
    came = signed_by_somebody(PLAIN, lock)
    request_id = sent(desk, came)
    agree(desk)
    final, beside = files_of(desk, request_id)
    assert final == came
    assert seals_of(desk, final) == [(True, True, "Somebody")]
    assert [verify_upload(desk.ctx, file).state for file in (final, beside)] == ["sealed", "sealed"]
    assert requests.row("acme", request_id).document_sha256 in text_of(beside)


def test_a_signature_that_does_not_hold_is_said_before_sending(desk: Desk):
    changed = signed_by_somebody(PLAIN) + b"\n% added later\n%%EOF\n"
    form = form_of(desk, changed)
    found = composers.prepared("acme", form.composer_id, form.prepared_id).findings
    assert [(each["code"], each["level"]) for each in found] == [("note", "doubt"), ("signed", "doubt")]
    assert "does not hold" in found[0]["message"]


def test_nobody_sends_it_unseen(desk: Desk):
    with pytest.raises(FormRefused) as refused:
        send_request(desk.ctx, desk.portal, ANNA, form_of(desk, signed_by_somebody(PLAIN), accept_empties=False))
    assert list(refused.value.problems) == ["empties"]


def test_with_another_file_it_stays_blocked_and_is_told_how_to_mend_it(desk: Desk):
    form = form_of(desk, signed_by_somebody(PLAIN), PLAIN)
    with pytest.raises(FormRefused) as refused:
        send_request(desk.ctx, desk.portal, ANNA, form)
    assert list(refused.value.problems) == ["preflight"]


def test_a_name_that_the_certificate_could_not_print_is_told_before_sending(desk: Desk):
    composer = desk.open()
    upload = add_upload(desk.ctx, desk.portal, ANNA, composer, "Frame.pdf", signed_by_somebody(PLAIN))
    form = desk.form(composer, replace(ANN, name="김철수"), source="upload", documents=(upload.id,))
    with pytest.raises(FormRefused) as refused:
        send_request(desk.ctx, desk.portal, ANNA, form)
    assert refused.value.problems["preview"][0].params["letters"] == "김 철 수"
