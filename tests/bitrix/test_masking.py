from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b24app.bitrix.batch import Command, to_cmd
from b24app.bitrix.masking import mask, mask_sentence, mask_url

SECRET = "s3cr3t-0123456789abcdef"


@pytest.mark.parametrize(
    "key",
    ["auth", "access_token", "refresh_token", "AUTH_ID", "REFRESH_ID", "APPLICATION_TOKEN", "application_token",
     "client_secret", "event_token"],
)  # fmt: skip
def test_secrets_are_hidden_wherever_they_stand(key: str) -> None:
    assert SECRET not in json.dumps(
        mask({key: SECRET, "inner": [{key: SECRET}], "cmd": {"a": f"user.get?{key}={SECRET}"}})
    )


def test_files_are_hidden() -> None:
    blob = base64.b64encode(b"%PDF" + b"x" * 999).decode()
    masked = json.dumps(
        mask({"fields": {"FILES": [["a.pdf", blob]], "UF_CRM_1": ["b.pdf", blob]}, "fileContent": blob})
    )
    assert blob[:20] not in masked
    assert len(masked) < 300


def test_machine_links_lose_their_token() -> None:
    masked = json.dumps(mask({"pdfUrlMachine": f"https://a.example/rest/x.json?auth={SECRET}&token=abc"}))
    assert SECRET not in masked


def test_people_are_hidden() -> None:
    item = {
        "id": 7,
        "name": "Ann",
        "title": "Offer for Ann",
        "fm": [{"typeId": "EMAIL", "value": "ann@lee.example"}],
        "phone": "+15550100200",
        "UF_PASSPORT": "AB123456",
    }
    masked = json.dumps(mask({"result": {"item": item}}))
    assert not any(word in masked for word in ("Ann", "ann@", "5550100", "AB123456"))
    assert '"id": 7' in masked


def test_what_helps_to_find_a_fault_stays() -> None:
    body = {
        "error": "NOT_FOUND",
        "error_description": "Element not found",
        "time": {
            "duration": 0.1,
            "date_start": "2026-11-20T13:51:45+03:00",
        },
    }
    assert mask(body) == body
    assert mask({"PLACEMENT": "CRM_LEAD_DETAIL_TAB", "completed": "Y", "entityTypeId": "1"}) == {
        "PLACEMENT": "CRM_LEAD_DETAIL_TAB",
        "completed": "Y",
        "entityTypeId": "1",
    }


def test_commands_of_a_batch_keep_their_shape() -> None:
    cmd = to_cmd(Command("crm.item.update", {"id": 7, "fields": {"TITLE": "Ann Lee", "UF_CRM_1": "Y"}}))
    masked = mask({"cmd": {"a": cmd}})["cmd"]["a"]
    assert masked == "crm.item.update?id=7&fields[TITLE]=<text of 7>&fields[UF_CRM_1]=Y"


def test_a_name_with_a_dot_is_no_command() -> None:
    assert mask({"login": "ann.lee"}) == {"login": "<text of 7>"}
    assert mask({"cmd": ["Ann Lee?x"]}) == {"cmd": {"0": "<text of 9>"}}


def test_values_of_own_fields_are_hidden_but_for_yes_and_no() -> None:
    assert mask({"UF_CRM_1": "123456789", "UF_CRM_2": 123456789, "UF_CRM_3": "Y"}) == {
        "UF_CRM_1": "<text of 9>",
        "UF_CRM_2": "***",
        "UF_CRM_3": "Y",
    }


def test_long_lists_are_cut() -> None:
    assert mask(list(range(100)))[-1] == "<40 more>"


def test_sentences_lose_addresses_and_numbers() -> None:
    text = mask_sentence("Bad value ann@lee.example or +1 555 010 0200 at https://a.example/x?auth=1")
    assert not any(word in text for word in ("ann@", "555", "auth=1"))
    assert text.startswith("Bad value")


def test_what_an_error_quotes_is_hidden_unless_it_is_a_name_of_the_interface() -> None:
    said = mask({"error_description": "Field 'UF_CRM_1' of \"crm.item\": wrong value 'Ann Lee', not «Анна»"})
    assert said["error_description"] == "Field 'UF_CRM_1' of \"crm.item\": wrong value '***', not «***»"


def test_of_a_large_answer_the_beginning_is_kept() -> None:
    rows = [{f"FIELD_{n}": {"id": n, "left": "right"} for n in range(50)} for _ in range(50)]
    masked = mask({"result": {str(n): rows for n in range(50)}})
    assert json.dumps(masked).count("id") < 300
    assert "more>" in json.dumps(masked)


def test_an_address_keeps_its_path_only() -> None:
    assert (
        mask_url("https://u:p@a.example:8443/rest/x.json?auth=1&b=#f")
        == "https://a.example:8443/rest/x.json?auth=***&b=***"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=15,
)


@settings(deadline=None)
@given(JSON)
def test_anything_can_be_masked_and_written(value: object) -> None:
    json.dumps(mask(value))


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_masked(text: str) -> None:
    mask({"cmd": {"a": "user.get?" + text}, "handler": "https://" + text})
