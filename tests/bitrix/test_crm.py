from __future__ import annotations

import json
from typing import Any

import pytest

from b24app.bitrix import crm
from b24app.bitrix.card import CardSnapshot, Email, Option
from b24app.bitrix.card_commands import build
from b24app.bitrix.client import Portal
from b24app.bitrix.entities import Entity
from b24app.bitrix.values import is_yes, number, text, yes_no
from b24app.errors import BitrixError, NotAllowed, NotFound
from tests.bitrix.mini_portal import MiniPortal, Refused
from tests.bitrix.server import Server


def fm(*values: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [{"id": n, "typeId": t, "valueType": k, "value": v} for n, (t, k, v) in enumerate(values)]


ITEMS: dict[tuple[int, int], dict[str, Any]] = {
    (1, 77): {
        "id": 77,
        "entityTypeId": 1,
        "title": "Website request",
        "assignedById": 6,
        "companyId": 12,
        "contactIds": [41, 42],
        "name": "Ann",
        "lastName": "Lee",
        "post": "CFO",
        "UF_CRM_AGREE": "Y",
        "fm": fm(
            ("EMAIL", "WORK", "ann@lee.example"), ("EMAIL", "HOME", "ann@home.example"), ("PHONE", "WORK", "+15550100")
        ),
    },
    (1, 78): {
        "id": 78,
        "entityTypeId": 1,
        "title": "Bare",
        "assignedById": 6,
        "companyId": 0,
        "contactIds": [],
        "fm": [],
    },
    (1, 79): {"id": 79, "entityTypeId": 1, "title": "Null company", "assignedById": None, "companyId": None, "fm": []},
    (3, 1): {"id": 1, "entityTypeId": 3, "name": "Number", "lastName": "One", "fm": []},
    (3, 41): {
        "id": 41,
        "entityTypeId": 3,
        "name": "Bo",
        "lastName": "Day",
        "fm": fm(("EMAIL", "WORK", "bo@day.example")),
    },
    (3, 42): {"id": 42, "entityTypeId": 3, "name": "Cy", "lastName": "Eno", "fm": [], "email": "cy@eno.example"},
    (3, 50): {
        "id": 50,
        "entityTypeId": 3,
        "name": "Di",
        "lastName": "Fox",
        "companyId": 12,
        "assignedById": 6,
        "fm": [],
    },
    (4, 1): {"id": 1, "entityTypeId": 4, "title": "Company number one", "fm": []},
    (4, 12): {
        "id": 12,
        "entityTypeId": 4,
        "title": "Lee Ltd",
        "assignedById": 6,
        "fm": fm(("EMAIL", "WORK", "office@lee.example")),
    },
    (4, 90): {"id": 90, "entityTypeId": 4, "title": "Our Ltd", "isMyCompany": "Y", "fm": []},
    (4, 91): {"id": 91, "entityTypeId": 4, "title": "Our second", "isMyCompany": "Y", "fm": []},
    (31, 5): {
        "id": 5,
        "entityTypeId": 31,
        "title": "Invoice 5",
        "companyId": 12,
        "contactIds": [42, 41],
        "mycompanyId": 91,
        "assignedById": 6,
    },
}


class Crm(MiniPortal):
    """A portal with a few records; classic lists ignore filters they do not like and answer everything."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.lead_links: list[dict[str, Any]] = [
            {"CONTACT_ID": 42, "SORT": 20, "IS_PRIMARY": "N"},
            {"CONTACT_ID": 41, "SORT": 10, "IS_PRIMARY": "Y"},
        ]
        self.on("profile", {"ID": "6", "ADMIN": True, "NAME": "Eve", "LAST_NAME": "Ito", "TIME_ZONE": "Europe/Berlin"})
        self.on("user.admin", True)
        self.on("scope", ["crm", "placement"])
        self.on("user.option.get", {"hint": "seen"})
        self.on("crm.item.get", self.item)
        self.on("crm.item.list", {"items": [ITEMS[4, 90], ITEMS[4, 91]]})
        self.on("crm.lead.contact.items.get", lambda _params: self.lead_links)
        self.on("crm.company.contact.items.get", self.company_links)
        self.on(
            "user.get",
            [{"ID": "5", "NAME": "Zed"}, {"ID": "6", "NAME": "Eve", "LAST_NAME": "Ito", "WORK_POSITION": "Sales"}],
        )
        self.on("crm.documentgenerator.document.list", {"documents": [document(61, 1, 77), document(62, 1, 78)]})
        self.on("crm.activity.list", [activity(1, 77), activity(1, 78), activity(1, 77, PROVIDER_ID="CRM_TODO")])
        self.on("crm.item.productrow.list", {"productRows": [PRODUCT]})
        self.on("crm.item.fields", {"fields": FIELDS})
        self.on("crm.requisite.list", [requisite(12, 300), requisite(90, 301), requisite(91, 302), requisite(1, 303)])
        self.on(
            "crm.requisite.bankdetail.list",
            [{"ID": "1", "ENTITY_ID": "300", "RQ_IBAN": "DE00"}, {"ID": "2", "ENTITY_ID": "999"}],
        )
        self.on(
            "crm.address.list", [address("300", "1", "Actual"), address("300", "6", "Legal"), address("999", "6", "No")]
        )

    def item(self, params: dict[str, Any]) -> Any:
        given = params["id"]
        id = 1 if isinstance(given, dict | list) else int(given)  # PHP: (int) of an array is 1
        if (int(params["entityTypeId"]), id) not in ITEMS:
            raise Refused("NOT_FOUND")
        return {"item": ITEMS[int(params["entityTypeId"]), id]}

    def company_links(self, params: dict[str, Any]) -> Any:
        if isinstance(params["id"], dict | list) or params["id"] == "12":
            return [{"CONTACT_ID": 50, "SORT": 10}, {"CONTACT_ID": 41, "SORT": 20}]
        raise Refused("NOT_FOUND")


def document(id: int, type_id: int, entity_id: int) -> dict[str, Any]:
    return {
        "id": str(id),
        "title": "Offer",
        "number": "1",
        "entityTypeId": str(type_id),
        "entityId": str(entity_id),
        "pdfUrlMachine": "x",
    }


def activity(type_id: int, owner: int, **more: Any) -> dict[str, Any]:
    row = {"ID": "999", "OWNER_TYPE_ID": str(type_id), "OWNER_ID": str(owner), "PROVIDER_ID": "CONFIGURABLE_REST_APP"}
    return {**row, "ORIGIN_ID": "r-1", "ORIGINATOR_ID": "PARAPH", "SUBJECT": "S", "COMPLETED": "N", **more}


def requisite(company: int, id: int) -> dict[str, Any]:
    return {
        "ID": str(id),
        "ENTITY_TYPE_ID": "4",
        "ENTITY_ID": str(company),
        "NAME": "Main",
        "RQ_VAT_ID": f"V{id}",
        "RQ_INN": None,
    }


def address(entity: str, kind: str, street: str) -> dict[str, Any]:
    return {"TYPE_ID": kind, "ENTITY_TYPE_ID": "8", "ENTITY_ID": entity, "ADDRESS_1": street}


PRODUCT = {
    "id": 1,
    "ownerId": 77,
    "productName": "Phone",
    "price": 90.5,
    "quantity": 3,
    "measureName": "pcs",
    "taxRate": 10,
    "taxIncluded": "Y",
}
FIELDS = {
    "title": {"type": "string", "title": "Name", "upperName": "TITLE"},
    "UF_CRM_AGREE": {
        "type": "boolean",
        "title": "Agrees",
        "isMultiple": False,
        "isRequired": True,
        "isReadOnly": False,
        "upperName": "UF_CRM_AGREE",
    },
    "ufCrm44_1": {
        "type": "enumeration",
        "title": "Kind",
        "upperName": "UF_CRM_44_1",
        "items": [{"ID": "79", "VALUE": "One"}],
    },
}


@pytest.fixture
def records(server: Server) -> Crm:
    return Crm(server)


class TestOpenCard:
    def test_takes_one_request(self, server: Server, portal: Portal, records: Crm) -> None:
        crm.open_card(portal, 1, 77)
        assert len(server.asked) == 1

    @pytest.mark.parametrize("type_id", [1, 2, 3, 4, 7, 31, 183])
    def test_keeps_within_fifty_commands(self, type_id: int) -> None:
        assert len(build(Entity(type_id, 5))) <= 50

    def test_a_lead_brings_everybody_who_could_sign(self, portal: Portal, records: Crm) -> None:
        card = crm.open_card(portal, 1, 77)
        assert card.title == "Website request"
        assert card.lead_person is not None
        assert [email.value for email in card.lead_person.emails] == ["ann@lee.example", "ann@home.example"]
        assert [(person.name, person.is_primary) for person in card.contacts] == [("Bo Day", True), ("Cy Eno", False)]
        assert [person.name for person in card.company_contacts] == ["Di Fox", "Bo Day"]
        assert [person.name for person in card.people] == ["Ann Lee", "Bo Day", "Cy Eno", "Di Fox"]
        assert card.contacts[1].emails == (Email("cy@eno.example"),)

    def test_brings_employees(self, portal: Portal, records: Crm) -> None:
        card = crm.open_card(portal, 1, 77)
        assert (card.me.id, card.me.name, card.me.is_admin, card.me.time_zone) == (6, "Eve Ito", True, "Europe/Berlin")
        assert card.responsible is not None
        assert (card.responsible.id, card.responsible.position) == (6, "Sales")

    def test_brings_companies_with_their_details(self, portal: Portal, records: Crm) -> None:
        card = crm.open_card(portal, 1, 77)
        assert card.company is not None
        assert card.my_company is not None
        [details] = card.company.requisites
        assert details.fields["RQ_VAT_ID"] == "V300"
        assert "RQ_INN" not in details.fields
        assert (details.bank["RQ_IBAN"], details.address["ADDRESS_1"]) == ("DE00", "Legal")
        assert (card.my_company.title, [one.id for one in card.my_company.requisites]) == ("Our Ltd", [301])
        assert card.my_company.requisites[0].bank == {}

    def test_brings_goods_fields_documents_and_activities(self, portal: Portal, records: Crm) -> None:
        card = crm.open_card(portal, 1, 77)
        [row] = card.products
        assert (row.name, row.quantity, row.price, row.tax_rate, row.tax_included) == ("Phone", 3, 90.5, 10, True)
        assert [(field.name, field.type) for field in card.user_fields] == [
            ("UF_CRM_AGREE", "boolean"),
            ("UF_CRM_44_1", "enumeration"),
        ]
        assert card.user_fields[1].options == (Option("79", "One"),)
        assert [one.id for one in card.documents] == [61]
        assert [one.origin_id for one in card.activities] == ["r-1"]
        assert (card.options, card.scope) == ({"hint": "seen"}, {"crm", "placement"})

    def test_survives_json(self, portal: Portal, records: Crm) -> None:
        card = crm.open_card(portal, 1, 77)
        assert CardSnapshot.from_dict(json.loads(json.dumps(card.to_dict()))) == card

    def test_asks_with_original_names_of_user_fields(self, portal: Portal, records: Crm) -> None:
        crm.open_card(portal, 1, 77)
        assert all(params["useOriginalUfNames"] == "Y" for method, params in records.ran if method == "crm.item.get")


class TestMacrosThatFindNothing:
    """Trap 54: a missing or null field inserts the whole parent record, and PHP makes the number 1 of it."""

    @pytest.mark.parametrize("lead", [78, 79])
    def test_no_company_does_not_become_company_number_one(self, portal: Portal, records: Crm, lead: int) -> None:
        card = crm.open_card(portal, 1, lead)
        assert card.company is None
        assert card.company_contacts == ()

    def test_places_beyond_the_last_link_do_not_become_contact_number_one(self, portal: Portal, records: Crm) -> None:
        card = crm.open_card(portal, 1, 77)
        assert not any(person.crm_id == 1 for person in card.people)

    def test_nobody_in_charge_does_not_become_somebody(self, portal: Portal, records: Crm) -> None:
        assert crm.open_card(portal, 1, 79).responsible is None

    def test_no_links_at_all(self, portal: Portal, records: Crm) -> None:
        records.lead_links = []
        card = crm.open_card(portal, 1, 78)
        assert (card.contacts, card.lead_person, card.truncated) == ((), None, False)

    def test_an_own_company_that_is_not_named_is_the_first_one(
        self, portal: Portal, records: Crm, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(ITEMS, (31, 6), {**ITEMS[31, 5], "id": 6, "mycompanyId": 0})
        card = crm.open_card(portal, 31, 6)
        assert card.my_company is not None
        assert card.my_company.id == 90


class TestOtherTypes:
    def test_an_invoice_takes_contacts_from_its_own_field(self, portal: Portal, records: Crm) -> None:
        card = crm.open_card(portal, 31, 5)
        assert [person.crm_id for person in card.contacts] == [42, 41]
        assert card.lead_person is None
        assert card.my_company is not None
        assert (card.my_company.id, card.my_company.requisites[0].id) == (91, 302)

    def test_a_contact_is_its_own_person(self, portal: Portal, records: Crm) -> None:
        card = crm.open_card(portal, 3, 50)
        assert [person.name for person in card.contacts] == ["Di Fox"]
        assert [person.name for person in card.company_contacts] == ["Di Fox", "Bo Day"]
        assert [person.crm_id for person in card.people] == [50, 41]
        assert card.title == "Di Fox"

    def test_a_company_brings_its_contacts(self, portal: Portal, records: Crm) -> None:
        card = crm.open_card(portal, 4, 12)
        assert card.company is not None
        assert card.company.requisites[0].id == 300
        assert [person.crm_id for person in card.contacts] == [50, 41]


class TestWhatMayGoWrong:
    @pytest.mark.parametrize(
        ("code", "error"),
        [
            ("ACCESS_DENIED", NotAllowed),
            ("allowed_only_intranet_user", NotAllowed),
            ("NOT_FOUND", NotFound),
            ("INTERNAL_SERVER_ERROR", BitrixError),
        ],
    )
    def test_a_card_that_cannot_be_read_is_an_error(self, portal: Portal, records: Crm, code: str, error: type) -> None:
        def refuse(params: dict[str, Any]) -> Any:
            raise Refused(code)

        records.on("crm.item.get", refuse)
        with pytest.raises(error):
            crm.open_card(portal, 1, 77)

    def test_another_card_in_the_answer_is_not_taken_for_ours(self, portal: Portal, records: Crm) -> None:
        records.on("crm.item.get", {"item": ITEMS[1, 78]})
        with pytest.raises(NotFound):
            crm.open_card(portal, 1, 77)

    def test_an_inactive_employee_is_refused(self, portal: Portal, records: Crm) -> None:
        records.on("profile", [])
        with pytest.raises(NotAllowed):
            crm.open_card(portal, 1, 77)

    def test_everything_else_may_fail(self, portal: Portal, records: Crm) -> None:
        for method in list(records.methods):
            if method not in ("profile", "crm.item.get"):
                del records.methods[method]
        card = crm.open_card(portal, 1, 77)
        assert card.company is not None
        assert (card.contacts, card.documents, card.products, card.my_company) == ((), (), (), None)

    def test_a_contact_without_read_right_is_left_out(self, portal: Portal, records: Crm) -> None:
        def item(params: dict[str, Any]) -> Any:
            if params["id"] == "41":
                raise Refused("ACCESS_DENIED")
            return Crm.item(records, params)

        records.on("crm.item.get", item)
        assert [person.crm_id for person in crm.open_card(portal, 1, 77).contacts] == [42]

    def test_more_people_than_one_call_brings_are_marked(self, portal: Portal, records: Crm) -> None:
        records.lead_links = [{"CONTACT_ID": 41 if n == 0 else 1000 + n, "SORT": n} for n in range(21)]
        card = crm.open_card(portal, 1, 77)
        assert card.truncated
        records.lead_links = records.lead_links[:20]
        assert not crm.open_card(portal, 1, 77).truncated

    def test_twenty_contacts_fit(self, portal: Portal, records: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
        for n in range(20):
            monkeypatch.setitem(ITEMS, (3, 200 + n), {"id": 200 + n, "entityTypeId": 3, "name": f"P{n}", "fm": []})
        records.lead_links = [{"CONTACT_ID": 200 + n, "SORT": n} for n in range(20)]
        assert len(crm.open_card(portal, 1, 77).contacts) == 20


class TestWrite:
    def test_writes_by_original_names(self, portal: Portal, records: Crm) -> None:
        records.on("crm.item.update", {"item": {"id": 77, "UF_CRM_AGREE": "Y"}})
        assert crm.update_item(portal, 1, 77, {"UF_CRM_AGREE": yes_no(True)})["UF_CRM_AGREE"] == "Y"
        _method, params = records.ran[-1]
        assert params["fields"] == {"UF_CRM_AGREE": "Y"}
        assert (params["entityTypeId"], params["id"], params["useOriginalUfNames"]) == (1, 77, "Y")


class TestEmployees:
    def test_finds_active_employees(self, portal: Portal, records: Crm) -> None:
        rows = [
            {"ID": "1", "ACTIVE": True, "NAME": "Ann", "LAST_NAME": "Lee", "USER_TYPE": "employee"},
            {"ID": "2", "ACTIVE": False, "NAME": "Gone"},
            {"ID": "3", "ACTIVE": True, "NAME": "Guest", "USER_TYPE": "extranet"},
        ]
        records.on("user.search", rows)
        assert [employee.name for employee in crm.search_employees(portal, " ann ")] == ["Ann Lee"]
        assert records.ran[-1][1]["FILTER"] == {"FIND": "ann"}

    def test_one_letter_asks_nobody(self, server: Server, portal: Portal) -> None:
        assert crm.search_employees(portal, " a ") == ()
        assert server.asked == []


@pytest.mark.parametrize("value", ["Y", "y", "1", 1, True, "true"])
def test_yes_in_all_spellings(value: Any) -> None:
    assert is_yes(value)


@pytest.mark.parametrize("value", ["N", "0", 0, False, None, "", "false", [], "2", 2])
def test_no_in_all_spellings(value: Any) -> None:
    assert not is_yes(value)


def test_small_values() -> None:
    assert (number("1.5"), number(None), number("x", 2)) == (1.5, 0, 2)
    assert (text(5), text(None), text([1]), text(True), text(" a ")) == ("5", "", "", "", "a")
