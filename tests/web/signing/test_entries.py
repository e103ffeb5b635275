"""Consent, entries and signatures, as forms and as the script sends them."""

from __future__ import annotations

import base64
import hashlib
import io

import pytest
from PIL import Image, ImageDraw

from ..signing_scene import VERA
from .conftest import TYPED

SCRIPT = {"X-Paraph-Fragment": "1"}


def drawn(size=(300, 100)) -> str:
    image = Image.new("RGBA", size)
    ImageDraw.Draw(image).line([(10, 80), (90, 20), (280, 70)], fill="black", width=4)
    file = io.BytesIO()
    image.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def text(response) -> str:
    return response.get_data(as_text=True)


def test_consent_is_recorded_with_its_words_address_and_browser(sent, client):
    client.post(f"/s/{sent.token}/consent", data={"agree": "yes"}, headers={"User-Agent": "Phone " + "x" * 500})
    event = sent.event("signer_consented")
    assert event["ip"] == "127.0.0.1"
    assert len(str(event["user_agent"])) == 300
    with sent.app.test_request_context():
        from b24app.web.signing_consent import consent_text

        assert event["text_sha256"] == hashlib.sha256(consent_text().encode()).hexdigest()


def test_without_the_tick_there_is_no_consent(sent, client):
    answer = client.post(f"/s/{sent.token}/consent")
    assert answer.status_code == 400
    assert "Tick the box" in text(answer)
    assert sent.signer().consented_at is None


def test_a_wrong_name_can_be_corrected(agreed, client):
    answer = client.post(f"/s/{agreed.token}/correct", data={"name": "Vera  Lenz ", "company": ""})
    assert "Corrected." in text(client.get(answer.headers["Location"]))
    assert (agreed.signer().name, agreed.signer().company) == ("Vera Lenz", "")


def test_an_empty_name_is_said_at_its_field(agreed, client):
    answer = client.post(f"/s/{agreed.token}/correct", data={"name": " "})
    assert answer.status_code == 400
    assert "Your name cannot be empty." in text(answer)
    assert agreed.signer().name == VERA


def test_entries_survive_leaving_and_returning(filled, client):
    page = text(client.get(f"/s/{filled.token}"))
    assert 'value="Kyiv, Khreshchatyk 1"' in page
    assert 'value="yes" checked' in page
    assert page.count("data:image/png;base64") == 2
    assert "5 of 5" in page


def test_an_entry_saved_by_a_plain_form_returns_to_its_place(agreed, client):
    data = {"field": agreed.fields["text"], "text": "Kyiv", "anchor": "entry-2"}
    answer = client.post(f"/s/{agreed.token}/value", data=data)
    assert answer.headers["Location"] == f"/s/{agreed.token}?said=saved#entry-2"


def test_a_box_can_be_cleared_again(filled, client):
    client.post(f"/s/{filled.token}/value", data={"field": filled.fields["checkbox"]})
    assert filled.values()[filled.fields["checkbox"]] == ""


@pytest.mark.parametrize("kind", ["date", "signature"])
def test_dates_and_signatures_cannot_be_typed(agreed, client, kind):
    data = {"field": agreed.fields[kind], "text": "1 January 2020"}
    answer = client.post(f"/s/{agreed.token}/value", data=data, headers=SCRIPT)
    assert (answer.status_code, answer.json["field"]) == (400, agreed.fields[kind])
    assert agreed.values() == {}


def test_another_signers_place_cannot_be_filled(agreed, client):
    answer = client.post(f"/s/{agreed.token}/value", data={"field": "name-2-1", "text": "x"}, headers=SCRIPT)
    assert answer.status_code == 400
    assert agreed.values() == {}


def test_too_long_an_entry_is_said_at_its_place(agreed, client):
    answer = client.post(f"/s/{agreed.token}/value", data={"field": agreed.fields["text"], "text": "x" * 501})
    assert answer.status_code == 400
    assert "This is too long: 500 characters at most." in text(answer)


def test_errors_come_in_the_forms_language_or_english(agreed, client):
    data = {"field": agreed.fields["text"], "text": "x" * 501, "lang": "xx"}
    answer = client.post(f"/s/{agreed.token}/value", data=data, headers=SCRIPT)
    assert answer.json["error"].startswith("This is too long")


def test_one_signature_goes_to_its_places_only(agreed, client):
    answer = client.post(f"/s/{agreed.token}/signature", data=TYPED, headers=SCRIPT).json
    assert answer["places"] == [agreed.fields["signature"]]
    assert answer["ink"].startswith("data:image/png;base64,")
    assert agreed.fields["initials"] not in agreed.values()


def test_a_drawn_signature_is_kept(agreed, client):
    data = {"kind": "signature", "signature_kind": "draw", "signature_image": drawn()}
    assert client.post(f"/s/{agreed.token}/signature", data=data, headers=SCRIPT).status_code == 200
    assert agreed.values()[agreed.fields["signature"]]


def test_an_uploaded_signature_is_kept(agreed, client):
    picture = (io.BytesIO(base64.b64decode(drawn().split(",")[1])), "me.png")
    data = {"kind": "signature", "signature_kind": "upload", "signature_file": picture}
    assert client.post(f"/s/{agreed.token}/signature", data=data).status_code == 303
    assert agreed.values()[agreed.fields["signature"]]


def test_a_signature_can_be_given_anew(filled, client):
    before = filled.values()[filled.fields["signature"]]
    data = {**TYPED, "signature_text": "V. Lens", "field": filled.fields["signature"]}
    client.post(f"/s/{filled.token}/signature", data=data)
    assert filled.values()[filled.fields["signature"]] != before


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Draw, type or upload"),
        ({"signature_kind": "draw"}, "Draw, type or upload"),
        ({"signature_kind": "draw", "signature_image": "data:image/png;base64,!!"}, "not a picture"),
        ({"signature_kind": "draw", "signature_image": "https://elsewhere.example/x.png"}, "not a picture"),
        ({"signature_kind": "type", "signature_text": "  "}, "Type your name"),
        ({"signature_kind": "type", "signature_text": "x" * 81}, "80 characters at most"),
        ({"signature_kind": "upload"}, "Draw, type or upload"),
        ({"signature_kind": "saved"}, "Draw, type or upload"),
    ],
)
def test_an_unusable_signature_is_said_in_words(agreed, client, given, words):
    answer = client.post(f"/s/{agreed.token}/signature", data=given, headers=SCRIPT)
    assert (answer.status_code, answer.json["field"]) == (400, "signature")
    assert words in answer.json["error"]
    assert words in text(client.post(f"/s/{agreed.token}/signature", data=given))


def test_a_file_that_is_no_picture_is_refused(agreed, client):
    data = {"signature_kind": "upload", "signature_file": (io.BytesIO(b"%PDF-1.7"), "x.png")}
    assert client.post(f"/s/{agreed.token}/signature", data=data, headers=SCRIPT).status_code == 400
    assert agreed.values() == {}


def test_too_large_a_picture_is_refused(agreed, client):
    data = {"signature_kind": "upload", "signature_file": (io.BytesIO(b"x" * (2 * 1024 * 1024 + 1)), "x.png")}
    answer = client.post(f"/s/{agreed.token}/signature", data=data, headers=SCRIPT)
    assert "larger than 2 MB" in answer.json["error"]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("signature", {**TYPED, "signature_text": "김철수 Lens"}),
        ("signature", {**TYPED, "signature_text": "Vera 🙂"}),
        ("value", {"field": "text", "text": "Seoul 서울"}),
        ("correct", {"name": "Vera 김", "company": ""}),
        ("correct", {"name": "Vera", "company": "서울"}),
    ],
)
def test_letters_that_no_font_has_are_said_where_they_are_typed(agreed, client, path, data):
    before = agreed.values(), agreed.signer()
    data = {**data, "field": agreed.fields["text"]} if "field" in data else data
    answer = client.post(f"/s/{agreed.token}/{path}", data=data, headers=SCRIPT)
    assert answer.status_code == 400
    assert "there is no font for them" in answer.get_json()["error"]
    assert (agreed.values(), agreed.signer()) == before
