"""Every type of place behind a signer's link: plain forms, checks, conditions, files, the sealed result."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from b24app.documents.preview import page_texts
from b24app.domain.events import Topic
from b24app.domain.fields import Field, FieldType
from b24app.errors import InvalidPayload
from b24app.outbox.message import Message
from b24app.services import sign_document
from b24app.services.install_portal import ensure_authority
from b24app.services.seal_document import seal_document
from b24app.services.signature_input import SignatureInput
from b24app.store import requests
from b24app.store.database import reading
from tests.documents.hostile import plain, to_bytes

from ..signing_scene import PLAIN, send, sign_all

T = FieldType


def place(identity: str, kind: FieldType, row: int, **more: object) -> dict[str, object]:
    return Field(identity, "1", kind, 1, 300, 40 + 26 * row, 200, 20, **{"label": identity, **more}).to_dict()  # type: ignore[arg-type]


PLACES = [
    place("sign", T.SIGNATURE, 0),
    place("post", T.TITLE, 1, hint="As in your contract"),
    place("amount", T.NUMBER, 2),
    place("start", T.DAY, 3),
    place("gold", T.RADIO, 4, group="Level", label="Gold"),
    place("silver", T.RADIO, 5, group="Level", label="Silver"),
    place("country", T.DROPDOWN, 6, options=("Ukraine", "Poland")),
    place("order", T.TEXT, 7, default="PO-7", read_only=True),
    place("city", T.TEXT, 8, default="Kyiv", required=False),
    place("training", T.CHECKBOX, 9, required=False),
    place("people", T.NUMBER, 10, shown_when="training", label="How many people"),
    place("stamp", T.IMAGE, 11, required=False),
    place("annex", T.ATTACHMENT, 12, required=False),
    place("code", T.TEXT, 13, required=False, check="pattern", pattern="[A-Z]{2}-[0-9]{3}", hint="Like UA-123"),
]


@pytest.fixture
def placed(app):
    found = send(app, PLAIN)
    found.change(fields=[*PLACES, Field("two", "2", T.SIGNATURE, 1, 50, 700, 120, 40).to_dict()])
    with reading():
        sign_document.record_consent(found.ctx, found.token, "yes", "127.0.0.1", "")
    return found


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, "PNG")
    return out.getvalue()


def value(client, found, field: str, text: str):
    return client.post(f"/s/{found.token}/value", data={"field": field, "text": text})


def attach(client, found, field: str, name: str, data: bytes):
    return client.post(f"/s/{found.token}/file", data={"field": field, "file": (io.BytesIO(data), name)})


def fill(client, found) -> None:
    entries = {"post": "Director", "amount": "1 250,50", "start": "2026-12-07", "gold": "silver", "country": "Poland"}
    for field, text in entries.items():
        assert value(client, found, field, text).status_code == 303, field
    with reading():
        sign_document.save_signature(found.ctx, found.token, SignatureInput("type", text="Vera Lens"), "sign")


def test_every_type_has_a_form_that_works_without_scripts(placed, client):
    text = client.get(f"/s/{placed.token}").get_data(as_text=True)
    for testid in ("choice-gold", "choice-silver", "control-4", "fixed"):
        assert f'data-testid="{testid}"' in text
    assert 'type="date"' in text
    assert 'inputmode="decimal"' in text
    assert "As in your contract" in text
    assert "<option>Poland</option>" in text
    assert text.count('type="file" id="entry') == 2
    fill(client, placed)
    assert placed.values()["silver"] == "yes"
    assert "1 250,50" in client.get(f"/s/{placed.token}/review").get_data(as_text=True)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("amount", "many", "not a number"),
        ("amount", "1.250", "two ways"),
        ("start", "2026-13-01", "not a date"),
        ("country", "Atlantis", "options of the list"),
        ("gold", "training", "options of the list"),
        ("order", "PO-8", "cannot be changed"),
        ("code", "ua-1", "Like UA-123"),
        ("annex", "x", "filled in by the server"),
    ],
)
def test_a_failed_check_is_said_at_its_place(placed, client, field, text, words):
    answer = value(client, placed, field, text)
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    [problem] = [found for found in re.findall(r"data-problem[^>]*>([^<]+)</p>", page) if found.strip()]
    assert words in problem
    assert field not in {name for name, kept in placed.values().items() if kept}


def test_a_place_that_waits_for_a_tick_comes_and_goes(placed, client):
    def is_hidden() -> bool:
        page = client.get(f"/s/{placed.token}").get_data(as_text=True)
        return bool(
            re.search(
                r'<form class="entry entry--number" id="entry-\d+"[^>]* hidden data-entry[^>]*data-field="people"', page
            )
        )

    assert is_hidden()
    value(client, placed, "training", "yes")
    assert not is_hidden()
    fill(client, placed)
    answer = client.post(f"/s/{placed.token}/finish")
    assert answer.status_code == 400
    assert "Fill in this field" in answer.get_data(as_text=True)
    value(client, placed, "people", "12")
    value(client, placed, "training", "")
    assert client.post(f"/s/{placed.token}/finish").status_code == 303
    assert placed.values()["people"] == ""  # whatever was entered while it was there


def test_files_are_kept_and_can_be_taken_away(placed, client):
    assert attach(client, placed, "stamp", "stamp.png", png()).status_code == 303
    assert attach(client, placed, "annex", "C:/files/Annex.pdf", to_bytes(plain(2, "Annex"))).status_code == 303
    page = client.get(f"/s/{placed.token}").get_data(as_text=True)
    assert "data:image/png;base64," in page
    assert "Annex" in page
    assert "C:" not in page
    client.post(f"/s/{placed.token}/file", data={"field": "annex", "remove": "1"})
    assert placed.values()["annex"] == ""


@pytest.mark.parametrize(
    ("field", "data", "words"),
    [("stamp", b"GIF89a", "not a picture"), ("annex", b"MZ", "not a picture"), ("post", png(), "not yours"),
     ("order", png(), "not yours")],
)  # fmt: skip
def test_a_file_that_does_not_fit_is_said_in_words(placed, client, field, data, words):
    answer = attach(client, placed, field, "file.bin", data)
    assert answer.status_code == 400
    assert words in answer.get_data(as_text=True)


def test_what_was_entered_stands_on_the_pages_and_files_before_the_certificate(placed, client):
    fill(client, placed)
    attach(client, placed, "annex", "Annex B.pdf", to_bytes(plain(2, "Annex page")))
    assert client.post(f"/s/{placed.token}/finish").status_code == 303
    placed.change(needs_approval=False)
    client.post(f"/s/{placed.links[2]}/consent", data={"agree": "yes"})
    seen = client.get(f"/s/{placed.links[2]}").get_data(as_text=True)
    assert seen.count('class="sheet__image"') == 3  # the next signer sees the file as well
    with reading():
        ensure_authority(placed.ctx, "anna", "Romashka Trading")
        sign_all(placed, 2)
        seal_document(placed.ctx, Message("anna", placed.id, 0, "", Topic.SEAL, {}, 1, "seal"))
        row = requests.row("anna", placed.id)
        texts = page_texts(placed.ctx.blobs.get(row.final_sha256))
    first = " ".join(texts[0].split())
    for words in ("Director", "1 250,50", "December 7, 2026", "●", "Poland", "PO-7", "Kyiv", "Annex B.pdf"):
        assert words in first, words
    assert "How many people" not in first
    assert [("Annex page" in text) for text in texts] == [False, True, True, False]
    assert "Annex B.pdf" in texts[3]
    assert "Attached by signers" in texts[3]
    assert len(row.pages) == 4


def test_nothing_is_kept_for_a_place_that_is_not_there(placed):
    with reading(), pytest.raises(InvalidPayload):
        sign_document.save_value(placed.ctx, placed.token, "../x", "y")
