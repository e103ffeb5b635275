"""What really goes out through the vendor's SDK. The `far` fixture holds each request against the description."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from b24app.domain.fields import FieldType
from b24app.providers.base import NO_DRAFT, File
from b24app.providers.capabilities import Auth
from tests.providers.contract import a_notice, a_pdf, an_order
from tests.providers.docusign.orders import field, order_for, order_of_everything
from tests.providers.docusign.stage import bare_room
from tests.sandbox.docusign import contract


def asked(far, verb: str, path: str) -> list[dict[str, Any]]:
    """The bodies that were sent to addresses ending so."""
    found = [one for one in far.exchanges if (one.request.method, one.request.path.endswith(path)) == (verb, True)]
    return [json.loads(one.body or b"{}") for one in found]


def envelope(far) -> dict[str, Any]:
    [body] = asked(far, "POST", "/envelopes")
    return body


def sent_tabs(far) -> dict[str, list[dict[str, Any]]]:
    return envelope(far)["recipients"]["signers"][0]["tabs"]


@pytest.mark.parametrize("count", [1, 2, 7])
def test_signers_go_out_in_their_order(room, far, count):
    order = order_for(count)
    created = room.create(order, NO_DRAFT)
    signers = envelope(far)["recipients"]["signers"]
    assert [one["routingOrder"] for one in signers] == [str(n) for n in range(1, count + 1)]
    assert [one["recipientId"] for one in signers] == list(created.signers.values())
    assert created.is_out


def test_equal_numbers_stay_equal_and_copies_come_last(room, far):
    order = order_for(2, copies=["lawyer@office.example"])
    side_by_side = replace(order, signers=[replace(one, order=1) for one in order.signers])
    room.create(side_by_side, NO_DRAFT)
    groups = envelope(far)["recipients"]
    assert [one["routingOrder"] for one in groups["signers"]] == ["1", "1"]
    [copy] = groups["carbonCopies"]
    assert (copy["routingOrder"], copy["recipientId"], copy["email"]) == ("2", "3", "lawyer@office.example")


def test_every_type_of_place_goes_out(room, far):
    room.create(order_of_everything(), NO_DRAFT)
    assert set(sent_tabs(far)) == {
        "signHereTabs", "initialHereTabs", "dateSignedTabs", "fullNameTabs", "emailAddressTabs", "companyTabs",
        "titleTabs", "textTabs", "numberTabs", "dateTabs", "checkboxTabs", "listTabs", "radioGroupTabs", "tabGroups",
    }  # fmt: skip
    assert len(far.only().signers[0].tabs) == len(order_of_everything().fields)


def test_what_is_known_of_a_place_goes_along(room, far):
    room.create(order_of_everything(), NO_DRAFT)
    tabs = sent_tabs(far)
    text = next(tab for tab in tabs["textTabs"] if tab["tabLabel"] == "text-1")
    assert (text["validationPattern"], text["validationMessage"]) == ("^(?:[A-Z]{2}-[0-9]+)$", "Such as AB-12")
    [number] = tabs["numberTabs"]
    assert (number["value"], number["locked"], number["required"]) == ("12", "true", "false")
    assert tabs["companyTabs"][0]["value"] == "Meridian GmbH"
    assert [item["selected"] for item in tabs["listTabs"][0]["listItems"]] == ["false", "true"]
    assert tabs["checkboxTabs"][0]["selected"] == "true"
    [group] = tabs["radioGroupTabs"]
    assert [(one["value"], one["selected"]) for one in group["radios"]] == [("radio-a", "false"), ("radio-b", "true")]


def test_conditions_name_the_checkbox_or_the_button(room, far):
    room.create(order_of_everything(), NO_DRAFT)
    tabs = sent_tabs(far)
    shown = {tab["tabLabel"]: tab for tab in [*tabs["textTabs"], *tabs["dateTabs"]] if "conditionalParentLabel" in tab}
    assert {label: (tab["conditionalParentLabel"], tab["conditionalParentValue"]) for label, tab in shown.items()} == {
        "when-ticked": ("checkbox-1", "on"),
        "when-by-post": ("delivery", "radio-a"),
    }


def test_a_tick_is_demanded_by_a_group_of_its_own(room, far):
    order = replace(order_for(1), fields=[field(FieldType.CHECKBOX), field(FieldType.CHECKBOX, id="b", required=False)])
    room.create(order, NO_DRAFT)
    [group] = sent_tabs(far)["tabGroups"]
    assert (group["groupRule"], group["minimumRequired"]) == ("SelectAtLeast", "1")
    assert [tab.place.required for tab in far.only().signers[0].tabs] == [True, False]


def test_an_embedded_signer_has_our_id_and_the_others_get_letters(room, far):
    room.create(order_for(2, embedded=["signer-2"]), NO_DRAFT)
    first, second = envelope(far)["recipients"]["signers"]
    assert "clientUserId" not in first
    assert second["clientUserId"] == "signer-2"
    assert [address for address, _subject in far.post.letters] == ["signer1@people.example"]


def test_a_link_is_made_for_an_embedded_signer_as_he_stands_there(room, far, clock):
    created = room.create(order_for(1, embedded=["signer-1"]), NO_DRAFT)
    link = room.signing_link(created.provider_ref, "1", "https://sign.example.com/back")
    [view] = asked(far, "POST", "/views/recipient")
    assert (view["userName"], view["email"], view["clientUserId"]) == ("Signer 1", "signer1@people.example", "signer-1")
    assert link.url.startswith(f"{far.service.url}/Signing/MTRedeem/")
    assert link.expires_at - clock() <= timedelta(minutes=5)


def test_one_signer_is_reminded_and_not_his_neighbour(room, far):
    order = order_for(2)
    side_by_side = replace(order, signers=[replace(one, order=1) for one in order.signers])
    created = room.create(side_by_side, NO_DRAFT)
    far.post.letters.clear()
    room.remind(a_notice(created, side_by_side.signers[1]))
    assert asked(far, "PUT", "/recipients") == [{"signers": [{"recipientId": "2"}]}]
    assert [address for address, _subject in far.post.letters] == ["signer2@people.example"]


def test_a_corrected_signer_keeps_his_number_and_gets_a_letter(room, far):
    created = room.create(order_for(1), NO_DRAFT)
    far.post.letters.clear()
    assert room.change_signer(created.provider_ref, "1", "Ann", "ann@new.example") == "1"
    assert asked(far, "PUT", "/recipients") == [
        {"signers": [{"recipientId": "1", "name": "Ann", "email": "ann@new.example"}]}
    ]
    assert [address for address, _subject in far.post.letters] == ["ann@new.example"]


def test_voiding_says_why_in_two_hundred_characters(room, far):
    created = room.create(order_for(1), NO_DRAFT)
    room.cancel(created.provider_ref, "Ціна не та. " * 40)
    reason = far.only().voided_reason
    assert len(reason) == 200
    assert reason.endswith("…")


def test_files_are_fetched_once_all_have_signed(room, far):
    created = room.create(order_for(1), NO_DRAFT)
    far.sign(created.provider_ref, "signer1@people.example")
    signed, certificate = (room.download(created.provider_ref, what) for what in (File.SIGNED, File.CERTIFICATE))
    assert signed.startswith(b"%PDF")
    assert certificate.startswith(b"%PDF")
    assert signed != certificate
    assert [one.request.args.to_dict() for one in far.exchanges if one.request.path.endswith("/combined")] == [
        {"certificate": "false"}
    ]


def test_the_letter_is_ours_and_its_subject_is_cut_visibly(room, far):
    room.create(order_for(1, subject="Договір " * 30, message="Будь ласка"), NO_DRAFT)
    body = envelope(far)
    assert len(body["emailSubject"]) <= 100
    assert body["emailSubject"].endswith("…")
    assert body["emailBlurb"] == "Будь ласка"
    assert body["recipients"]["signers"][0]["emailNotification"]["supportedLanguage"] == "uk"


def test_the_deadline_goes_in_whole_days_rounded_up(room, far, clock):
    room.create(order_for(1, expires_at=clock() + timedelta(days=4, hours=2)), NO_DRAFT)
    notification = envelope(far)["notification"]
    assert notification["expirations"] == {"expireEnabled": "true", "expireAfter": "5", "expireWarn": "0"}
    assert notification["reminders"] == {"reminderEnabled": "false"}


def test_the_document_and_our_reference_go_along(room, far):
    pdf = a_pdf()
    room.create(replace(an_order(), pdf=lambda: pdf), NO_DRAFT)
    body = envelope(far)
    [document] = body["documents"]
    assert base64.b64decode(document["documentBase64"]) == pdf
    assert document["name"] == "agreement"
    assert body["transactionId"] == "our-reference"
    assert body["customFields"]["textCustomFields"][0]["value"] == "our-reference"
    assert body["allowReassign"] == "false"


def test_events_are_asked_for_with_each_envelope(room, far):
    room.create(an_order(), NO_DRAFT)
    wanted = envelope(far)["eventNotification"]
    assert wanted["url"] == an_order().notify_url
    assert (wanted["includeHMAC"], wanted["requireAcknowledgment"], wanted["deliveryMode"]) == ("true", "true", "SIM")


def test_a_whole_life_costs_no_more_calls_than_it_needs(far, clock):
    room, _keys = bare_room(far, clock)
    created = room.create(order_for(1), NO_DRAFT)
    far.sign(created.provider_ref, "signer1@people.example")
    room.get(created.provider_ref)
    room.download(created.provider_ref, File.SIGNED)
    assert [call.method for call in far.service.calls] == [
        "create_envelope", "get_envelope", "get_envelope", "get_document",
    ]  # fmt: skip
    assert len(far.service.auth.calls) == 2


def test_what_the_description_does_not_know_is_noticed(far, clock):
    room, _keys = bare_room(far, clock, Auth.JWT)
    room.create(order_for(1), NO_DRAFT)
    [exchange] = [one for one in far.exchanges if one.request.path.endswith("/envelopes")]
    misspelt = replace(exchange, body=exchange.body.replace(b'"emailBlurb"', b'"emailBody"'))
    assert any("emailBody" in problem for problem in contract.request_problems(misspelt))
    number = replace(exchange, body=exchange.body.replace(b'"recipientId": "1"', b'"recipientId": 1'))
    assert any("is not of type 'string'" in problem for problem in contract.request_problems(number))
