"""CRM items: docs api-reference/crm/universal/, crm/leads/"""

from __future__ import annotations

import base64

import requests

from b24app.sandbox.portal.fields import camel_uf
from tests.sandbox.conftest import PETRA, Caller

HUMAN = {"User-Agent": "Mozilla/5.0", "Accept": "*/*", "Accept-Language": "en"}


def test_a_lead_has_numbers_zeros_and_all_emails(anna: Caller) -> None:
    full = anna.ok("crm.item.get", entityTypeId=1, id=77)["item"]
    empty = anna.ok("crm.item.get", entityTypeId=1, id=78)["item"]
    assert (full["companyId"], full["contactIds"]) == (12, [41, 42, 44])
    assert (empty["companyId"], empty["contactId"], empty["contactIds"]) == (0, 0, [])
    assert full["fm"][0]["value"] == full["email"]


def test_property_names_follow_the_flag(anna: Caller) -> None:
    camel = anna.ok("crm.item.get", entityTypeId=1, id=77)["item"]
    original = anna.ok("crm.item.get", entityTypeId=1, id=77, useOriginalUfNames="Y")["item"]
    assert (camel["ufCrmNeedTraining"], camel["ufCrm_1720019876534"]) == ("Y", "K-10482")
    assert original["UF_CRM_NEED_TRAINING"] == "Y"
    assert "ufCrmNeedTraining" not in original


def test_camel_case_is_irregular_as_documented() -> None:
    names = ["UF_CRM_3_DIGIT", "UF_CRM_3_1747309727", "UF_CRM_3_DIGIT10", "UF_CRM_3_DIGIT_10", "UF_CRM_1747309879"]
    expected = ["ufCrm3Digit", "ufCrm3_1747309727", "ufCrm_3_DIGIT10", "ufCrm_3_DIGIT_10", "ufCrm_1747309879"]
    assert [camel_uf(name) for name in names] == expected


def test_fm_comes_with_the_star_only(anna: Caller) -> None:
    named = anna.ok("crm.item.list", entityTypeId=3, select=["id", "fm"], filter={"id": 41})["items"][0]
    star = anna.ok("crm.item.list", entityTypeId=3, select=["*"], filter={"id": 41})["items"][0]
    assert "fm" not in named
    assert len([one for one in star["fm"] if one["typeId"] == "EMAIL"]) == 3


def test_an_unknown_filter_field_is_an_error_here_and_ignored_there(anna: Caller) -> None:
    assert anna.error("crm.item.list", entityTypeId=1, filter={"nope": 1})[0] == "INVALID_ARG_VALUE"
    assert len(anna.ok("crm.lead.list", filter={"NOPE": 1})) == 4


def test_filters_know_operators_and_groups(anna: Caller) -> None:
    def ids(conditions: dict[str, object]) -> list[int]:
        return [one["id"] for one in anna.ok("crm.item.list", entityTypeId=3, filter=conditions)["items"]]

    assert ids({"@id": [41, 43]}) == [41, 43]
    assert ids({"%lastName": "ros"}) == [42]
    assert ids({">id": 42, "<=id": 44}) == [43, 44]
    assert ids({"0": {"logic": "OR", "1": {"name": "Ann"}, "2": {"name": "Marco"}}}) == [41, 42]


def test_boolean_properties_filter_by_one_and_zero(anna: Caller) -> None:
    rows = anna.ok("crm.item.list", entityTypeId=1, useOriginalUfNames="Y", filter={"UF_CRM_NEED_TRAINING": 1})
    assert [one["id"] for one in rows["items"]] == [77]


def test_rights_hide_leads_from_lists_and_refuse_reading(boris: Caller) -> None:
    assert boris.error("crm.item.get", entityTypeId=1, id=77) == ("ACCESS_DENIED", 400)
    assert [one["id"] for one in boris.ok("crm.item.list", entityTypeId=1)["items"]] == [80]
    assert boris.error("crm.lead.get", id=77) == ("", 400)


def test_extranet_users_are_turned_away(anna: Caller) -> None:
    petra = Caller(anna.portal, PETRA)
    assert petra.error("crm.item.get", entityTypeId=1, id=77) == ("allowed_only_intranet_user", 403)


def test_unknown_fields_are_ignored_and_nothing_changed_fires_nothing(anna: Caller) -> None:
    version = anna.portal.timeline.version
    anna.ok("crm.item.update", entityTypeId=1, id=77, fields={"titel": "x", "UF_CRM_NEED_TRAINING": "N"})
    assert anna.portal.timeline.version == version
    item = anna.ok("crm.item.update", entityTypeId=1, id=77, fields={"ufCrmNeedTraining": "N"})["item"]
    assert item["ufCrmNeedTraining"] == "N"


def test_read_only_fields_cannot_be_written_and_stages_must_exist(anna: Caller) -> None:
    before = anna.ok("crm.item.get", entityTypeId=1, id=77)["item"]
    fields = {"createdBy": 8, "hasEmail": "N", "stageId": "PROCESSED"}
    after = anna.ok("crm.item.update", entityTypeId=1, id=77, fields=fields)["item"]
    assert (after["createdBy"], after["hasEmail"]) == (before["createdBy"], before["hasEmail"])
    assert (after["stageId"], after["stageSemanticId"]) == ("PROCESSED", "P")
    answer = anna.error("crm.item.update", entityTypeId=1, id=77, fields={"stageId": "NOPE"})
    assert answer[0] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"


def test_emails_are_added_changed_and_deleted(anna: Caller) -> None:
    def emails(fm: object) -> list[str]:
        item = anna.ok("crm.item.update", entityTypeId=3, id=42, fields={"fm": fm})["item"]
        return [one["value"] for one in item["fm"] if one["typeId"] == "EMAIL"]

    first = next(one.id for one in anna.portal.crm.items[3, 42].fm if one.type_id == "EMAIL")
    assert emails({"n0": {"typeId": "EMAIL", "valueType": "HOME", "value": "m@home.example"}})[1] == "m@home.example"
    assert emails({str(first): {"value": "marco@new.example"}})[0] == "marco@new.example"
    assert emails([{"id": first, "value": ""}]) == ["m@home.example"]


def test_a_file_property_is_set_read_and_cleared(anna: Caller) -> None:
    def put(value: object) -> object:
        fields = {"UF_CRM_SIGNED_CONTRACT": value}
        return anna.ok("crm.item.update", entityTypeId=1, id=77, fields=fields, useOriginalUfNames="Y")["item"][
            "UF_CRM_SIGNED_CONTRACT"
        ]

    links = put(["act.pdf", base64.b64encode(b"%PDF-1.7").decode()])
    assert isinstance(links, dict)
    headers = HUMAN | {"Referer": f"{anna.portal.url}/"}
    assert requests.get(links["urlMachine"], headers=headers, timeout=10).content == b"%PDF-1.7"
    assert put("") is None


def test_machine_links_want_a_human_looking_caller(anna: Caller) -> None:
    document = anna.ok("crm.documentgenerator.document.get", id=61)["document"]
    link = document["pdfUrlMachine"]
    human = HUMAN | {"Referer": f"{anna.portal.url}/"}
    assert requests.get(link, headers=human, timeout=10).content.startswith(b"%PDF")
    assert requests.get(link, timeout=10).status_code == 404
    assert requests.get(link, headers=HUMAN, timeout=10).status_code == 404
    assert requests.get(f"{link}x", headers=human, timeout=10).status_code == 404
    anna.portal.tokens.expire(anna.portal.member_id)
    assert requests.get(link, headers=human, timeout=10).status_code == 401


def test_browser_links_give_a_login_page_without_a_session(anna: Caller) -> None:
    link = anna.ok("crm.documentgenerator.document.get", id=61)["document"]["pdfUrl"]
    assert b"Authorization" in requests.get(link, headers=HUMAN, timeout=10).content


def test_a_document_without_pdf_has_no_pdf_links(anna: Caller) -> None:
    pending = anna.portal.add_document((1, 77), "Offer", "3", None)
    assert "pdfUrlMachine" not in anna.ok("crm.documentgenerator.document.get", id=pending.id)["document"]


def test_templates_are_keyed_by_id_and_closed_to_ordinary_employees(anna: Caller, olena: Caller) -> None:
    assert set(olena.ok("crm.documentgenerator.template.list", filter={"entityTypeId": ["1"]})["templates"]) == {
        "39",
        "40",
    }
    assert anna.error("crm.documentgenerator.template.list")[0] == ""


def test_classic_leads_are_strings(anna: Caller) -> None:
    lead = anna.ok("crm.lead.get", id=77)
    assert (lead["ID"], lead["COMPANY_ID"], lead["STATUS_ID"], lead["UF_CRM_NEED_TRAINING"]) == (
        "77",
        "12",
        "IN_PROCESS",
        "1",
    )
    assert lead["EMAIL"][0]["VALUE"].startswith("k.brandt@")
    assert "EMAIL" not in anna.ok("crm.lead.get", id=78)


def test_links_requisites_and_goods(anna: Caller) -> None:
    links = anna.ok("crm.lead.contact.items.get", id=77)
    assert [(one["CONTACT_ID"], one["IS_PRIMARY"]) for one in links] == [(41, "Y"), (42, "N"), (44, "N")]
    company = anna.ok("crm.company.contact.items.get", id=12)
    assert 43 in {one["CONTACT_ID"] for one in company}
    (requisite,) = anna.ok("crm.requisite.list", filter={"ENTITY_TYPE_ID": 4, "ENTITY_ID": 12})
    assert (requisite["RQ_VAT_ID"], requisite["RQ_DIRECTOR"]) == ("DE314159265", "Sofia Petrenko")
    (bank,) = anna.ok("crm.requisite.bankdetail.list", filter={"ENTITY_ID": requisite["ID"]})
    assert bank["RQ_IBAN"].startswith("DE89")
    rows = anna.ok("crm.item.productrow.list", filter={"=ownerType": "L", "=ownerId": 77})["productRows"]
    assert sum(row["priceExclusive"] * row["quantity"] for row in rows) == 12500
    assert round(sum(row["price"] * row["quantity"] for row in rows), 2) == 14875


def test_pages_are_fifty_long(anna: Caller) -> None:
    for number in range(60):
        anna.portal.crm.add(1, title=f"Lead {number}", assignedById=6)
    first = anna.call("crm.item.list", entityTypeId=1)
    assert (len(first["result"]["items"]), first["next"], first["total"]) == (50, 50, 64)
    second = anna.call("crm.item.list", entityTypeId=1, start=50)
    assert (len(second["result"]["items"]), "next" in second) == (14, False)
    fast = anna.call("crm.item.list", entityTypeId=1, start=-1)
    assert (fast["total"], "next" in fast) == (0, False)


def test_properties_are_added_by_administrators(anna: Caller, olena: Caller) -> None:
    fields = {"FIELD_NAME": "SIGN_STATE", "USER_TYPE_ID": "enumeration", "LABEL": "State", "LIST": [{"VALUE": "New"}]}
    assert anna.error("crm.lead.userfield.add", fields=fields)[0] == ""
    number = olena.ok("crm.lead.userfield.add", fields=fields)
    row = olena.ok("crm.lead.userfield.get", id=number)
    assert (row["FIELD_NAME"], row["LIST"][0]["VALUE"]) == ("UF_CRM_SIGN_STATE", "New")
    assert olena.error("crm.lead.userfield.add", fields=fields)[0] == "ERROR_CORE"


def test_old_invoices_and_unknown_types_are_refused(anna: Caller) -> None:
    assert anna.error("crm.item.get", entityTypeId=5, id=1)[0] == "ENTITY_TYPE_NOT_SUPPORTED"
    assert anna.error("crm.item.get", entityTypeId=1, id=9999)[0] == "NOT_FOUND"
    assert anna.error("crm.item.get", id=77) == ("100", 400)


def test_email_is_hidden_from_the_brief_scope(anna: Caller) -> None:
    assert "EMAIL" not in anna.ok("user.get", FILTER={"ID": 6})[0]
    anna.portal.app.scope += ",user_basic"
    assert anna.ok("user.get", FILTER={"ID": 6})[0]["EMAIL"] == "anna@acme.example"
    assert [one["ID"] for one in anna.ok("user.search", FILTER={"FIND": "lange"})] == ["8"]
