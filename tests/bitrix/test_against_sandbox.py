"""The room against the sandbox portal: written from the same facts by other hands, over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from b24app import sandbox as outside
from b24app.bitrix import crm, documents, timeline
from b24app.bitrix.batch import Command
from b24app.bitrix.client import AppCredentials, Portal, Token
from b24app.bitrix.entities import Entity
from b24app.bitrix.notifications import Link, notify
from b24app.bitrix.oauth import OAuthServer
from b24app.bitrix.placements import Binding, reconcile, reconcile_events
from b24app.bitrix.timeline import Button, Line, LiveCard, OpenApp, RestEvent, Tag
from b24app.bitrix.transport import Transport
from b24app.clock import utc_now
from b24app.errors import BitrixError, NotAllowed, NotFound, OutcomeUnknown, ReconnectNeeded, Unauthentic
from tests.bitrix.conftest import Limiter, Tokens

APP = "http://localhost:9"
OLENA, ANNA, BORIS, PETRA = 1, 6, 8, 12
LEAD = Entity(1, 77)


class World:
    """The sandbox, its portal acme, and clients of it for each employee."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox = sandbox
        self.acme = sandbox.portal("acme")
        self.door = Transport(allow_private=True, user_agent="Paraph/1.0", timeout_s=(2, 5))
        self.oauth = OAuthServer(self.door, sandbox.oauth.url)
        self.limiter = Limiter()

    def tokens(self, user_id: int = ANNA) -> Tokens:
        grant = self.acme.token_for(user_id)
        store = Tokens(self.acme.url + "/rest/")
        store.token = Token(
            grant.access, lambda: grant.refresh, utc_now() + timedelta(hours=1), self.acme.url + "/rest/"
        )
        return store

    def portal(self, user_id: int = ANNA, tokens: Tokens | None = None) -> Portal:
        app = AppCredentials(self.acme.app.client_id, lambda: self.acme.app.client_secret)
        return Portal(self.door, self.oauth, tokens or self.tokens(user_id), app, self.limiter, utc_now)


@pytest.fixture
def world() -> Iterator[World]:
    with outside.start(app_url=APP) as sandbox:
        yield World(sandbox)


class TestTokens:
    def test_proves_whose_token_it_is(self, world: World) -> None:
        proof = world.oauth.prove(world.tokens(BORIS).token.access_token)
        assert (proof.client_id, proof.member_id) == (world.acme.app.client_id, world.acme.member_id)
        assert (proof.user_id, proof.client_endpoint) == (BORIS, world.acme.url + "/rest/")
        assert {"crm", "placement"} <= proof.scope

    def test_a_made_up_token_proves_nothing(self, world: World) -> None:
        with pytest.raises(Unauthentic):
            world.oauth.prove("made-up")

    def test_an_expired_token_says_so(self, world: World) -> None:
        token = world.tokens().token.access_token
        world.sandbox.tokens.expire(world.acme.member_id)
        with pytest.raises(ReconnectNeeded):
            world.oauth.prove(token)

    def test_eight_threads_refresh_once(self, world: World) -> None:
        tokens = world.tokens()
        portal = world.portal(tokens=tokens)
        world.sandbox.tokens.expire(world.acme.member_id)
        together = threading.Barrier(8)
        names: list[str] = []

        def run() -> None:
            together.wait(timeout=5)
            names.append(portal.call("profile").result["NAME"])

        threads = [threading.Thread(target=run) for _ in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert names == ["Anna"] * 8
        assert len(world.sandbox.oauth.calls.of("token:refresh_token")) == 1
        assert len(tokens.saved) == 1

    def test_a_dismissed_employee_needs_to_reconnect(self, world: World) -> None:
        tokens = world.tokens()
        world.sandbox.tokens.revoke(world.acme.member_id, user_id=ANNA)
        with pytest.raises(ReconnectNeeded):
            world.portal(tokens=tokens).call("profile")
        assert len(tokens.buried) == 1

    def test_a_removed_application_needs_to_reconnect(self, world: World) -> None:
        tokens = world.tokens()
        world.acme.lifecycle.uninstall(clean=True)
        with pytest.raises(ReconnectNeeded):
            world.portal(tokens=tokens).call("profile")
        assert len(tokens.buried) == 1

    def test_an_employee_shut_out_by_the_administrator_is_denied(self, world: World) -> None:
        tokens = world.tokens()
        world.acme.app.allowed_users = {OLENA}
        with pytest.raises(BitrixError) as error:
            world.portal(tokens=tokens).call("profile")
        assert (error.value.code, error.value.permanent, tokens.buried) == ("user_access_error", True, [])


class TestTroubles:
    def test_a_renamed_portal_is_followed(self, world: World) -> None:
        from b24app.sandbox.portal import web

        tokens = world.tokens()
        _old, new = web.move(world.acme)
        title = world.portal(tokens=tokens).call("crm.item.get", {"entityTypeId": 1, "id": 77}).result["item"]["title"]
        assert title == "Service agreement: CRM onboarding"
        assert tokens.token.client_endpoint == new + "/rest/"
        assert world.acme.calls.of("crm.item.get")[0].http_method == "POST"

    def test_a_full_bucket_is_reported(self, world: World) -> None:
        world.acme.faults.add("query_limit")
        with pytest.raises(BitrixError) as error:
            world.portal().call("profile")
        assert (error.value.code, error.value.retry_after_s) == ("query_limit_exceeded", 2.0)
        assert world.limiter.emptied == 1

    def test_a_lost_answer_to_a_write_may_have_happened(self, world: World) -> None:
        world.acme.faults.add("answer_lost", method="crm.timeline.logmessage.add")
        with pytest.raises(OutcomeUnknown):
            world.portal().batch({"log": timeline.log_message(LEAD, "Signed", "by Ann")})
        assert len(world.acme.timeline.of((1, 77), "log")) == 1

    @pytest.mark.parametrize("fault", ["dropped", "http_error", "not_json"])
    def test_a_read_that_fails_is_a_passing_error(self, world: World, fault: str) -> None:
        world.acme.faults.add(fault, times=2)
        with pytest.raises(BitrixError) as error:
            world.portal().call("profile")
        assert not error.value.permanent

    def test_a_portal_that_is_down_has_done_nothing(self, world: World) -> None:
        portal = world.portal()
        world.acme.go_down()
        with pytest.raises(BitrixError) as error:
            portal.batch({"log": timeline.log_message(LEAD, "Signed", "by Ann")})
        assert error.value.code == "unreachable"


class TestOpenCard:
    def test_takes_exactly_one_request(self, world: World) -> None:
        portal = world.portal()
        crm.open_card(portal, 1, 77)
        assert world.acme.calls.names() == ["batch"]

    def test_brings_the_whole_card(self, world: World) -> None:
        card = crm.open_card(world.portal(), 1, 77)
        assert card.title == "Service agreement: CRM onboarding"
        assert [person.name for person in card.people] == [
            "Katrin Brandt", "Ann Lee", "Marco Rossi", "Jonas Weber", "Sofia Petrenko",
        ]  # fmt: skip
        assert len(card.contacts[0].emails) == 3
        assert card.contacts[2].emails == ()
        assert (card.me.name, card.me.is_admin) == ("Anna Schmidt", False)
        assert card.responsible is not None
        assert card.responsible.id == ANNA
        assert {document.number for document in card.documents} == {"2026-014", "2026-009"}
        assert card.products[0].name == "CRM set-up and data migration"

    def test_brings_both_companies_with_their_own_details(self, world: World) -> None:
        card = crm.open_card(world.portal(), 1, 77)
        assert card.company is not None
        assert card.my_company is not None
        [theirs], [ours] = card.company.requisites, card.my_company.requisites
        assert (theirs.fields["RQ_VAT_ID"], theirs.bank["RQ_BANK_NAME"]) == ("DE314159265", "Sparkasse Bremen")
        assert (ours.fields["RQ_VAT_ID"], ours.address["CITY"]) == ("DE298765432", "Hamburg")

    def test_brings_the_cards_own_properties(self, world: World) -> None:
        card = crm.open_card(world.portal(), 1, 77)
        fields = {field.name: field for field in card.user_fields}
        assert fields["UF_CRM_NEED_TRAINING"].type == "boolean"
        assert fields["UF_CRM_NEED_TRAINING"].label == "Training for the team"
        assert [option.value for option in fields["UF_CRM_SUPPORT_LEVEL"].options][2] == "Priority support"
        assert card.item["UF_CRM_1720019876534"] == "K-10482"

    def test_an_empty_lead_brings_nobody(self, world: World) -> None:
        world.acme.add_item(4, id=1, title="Company number one") if not world.acme.crm.get(4, 1) else None
        card = crm.open_card(world.portal(), 1, 78)
        assert (card.people, card.company, card.truncated) == ((), None, False)

    def test_hostile_names_arrive_as_they_are(self, world: World) -> None:
        card = crm.open_card(world.portal(), 1, 79)
        assert card.contacts[0].name == "<script>alert(1)</script> Marker"
        assert len(card.contacts) == 6

    @pytest.mark.parametrize(
        ("user", "lead", "error"),
        [
            (BORIS, 77, NotAllowed),
            (PETRA, 77, NotAllowed),
            (ANNA, 9999, NotFound),
        ],
    )
    def test_a_card_that_may_not_be_read_says_so(self, world: World, user: int, lead: int, error: type) -> None:
        with pytest.raises(error):
            crm.open_card(world.portal(user), 1, lead)

    @pytest.mark.parametrize(("type_id", "id"), [(3, 41), (4, 12)])
    def test_contacts_and_companies_open_too(self, world: World, type_id: int, id: int) -> None:
        card = crm.open_card(world.portal(), type_id, id)
        assert {person.name for person in card.people} >= {"Ann Lee", "Marco Rossi"}
        assert card.company is not None

    def test_twenty_contacts_still_take_one_request(self, world: World) -> None:
        for number in range(300, 321):
            world.acme.crm.add(3, number, name=f"P{number}", fm=[])
        lead = world.acme.add_lead(contactIds=list(range(300, 320)))
        card = crm.open_card(world.portal(), 1, lead.id)
        assert (len(card.contacts), card.truncated) == (20, False)
        more = world.acme.add_lead(contactIds=list(range(300, 321)))
        assert crm.open_card(world.portal(), 1, more.id).truncated

    def test_survives_json(self, world: World) -> None:
        card = crm.open_card(world.portal(), 1, 77)
        assert type(card).from_dict(card.to_dict()) == card


CARD = LiveCard(
    title="Signature requested",
    lines=(
        Line("Service agreement.pdf", title="Document", action=OpenApp({"request": "r-1"})),
        Line("invited", title="Ann Lee", color="base_70", bold=True),
    ),
    origin_id="r-1",
    originator_id="PARAPH",
    tags=(Tag("0 of 2 signed", "warning"),),
    buttons=(
        Button("Open", OpenApp({"request": "r-1"}, title="Request", width=900), primary=True),
        Button("Remind", RestEvent("remind", {"request": "r-1"}), for_editors=True),
    ),
    deadline=utc_now() + timedelta(days=7),
    deadline_title="Until",
    responsible_id=ANNA,
)


class TestTimeline:
    def test_a_step_is_relayed_in_one_batch(self, world: World) -> None:
        portal = world.portal()
        added = timeline.activity_id(portal.batch({"card": timeline.activity_add(LEAD, CARD)})["card"])
        world.acme.calls.reset()
        batch = portal.batch(
            {
                "card": timeline.activity_update(added, CARD),
                "log": timeline.log_message(LEAD, "Signed", "Ann Lee signed $result[card]"),
                "note": notify(ANNA, "Ann [B]Lee[/B] signed", tag="r-1", link=Link("/crm/lead/details/77/", "Lead")),
                "title": crm.update_command(1, 77, {"UF_CRM_NEED_TRAINING": "N"}),
            }
        )
        assert batch.errors == {}
        assert len(world.acme.calls) == 1
        log = world.acme.timeline.of((1, 77), "log")[0]
        assert log.data["text"].replace("\u2060", "") == "Ann Lee signed $result[card]"

    def test_the_live_card_is_found_again(self, world: World) -> None:
        portal = world.portal()
        portal.batch({"a": timeline.activity_add(LEAD, CARD)})
        found = timeline.find_activity(portal, LEAD, "r-1")
        assert found is not None
        assert timeline.find_activity(portal, LEAD, "r-2") is None
        assert [one.origin_id for one in crm.open_card(portal, 1, 77).activities] == ["r-1"]

    def test_the_file_arrives_and_is_pinned(self, world: World) -> None:
        portal, before = world.portal(), utc_now() - timedelta(seconds=5)
        record = timeline.comment_with_files(portal, LEAD, "Sealed document r-1", {"agreement.pdf": b"%PDF-1.7 sealed"})
        command = timeline.pin(record, LEAD)
        portal.call(command.method, command.params)
        assert timeline.find_comment(portal, LEAD, "document r-1", "agreement.pdf", before) == record
        assert (1, 77) in world.acme.timeline.records[record].pinned

    def test_a_log_entry_of_a_lost_answer_is_found(self, world: World) -> None:
        portal = world.portal()
        before = utc_now() - timedelta(seconds=5)
        world.acme.faults.add("answer_lost", method="crm.timeline.logmessage.add")
        with pytest.raises(OutcomeUnknown):
            portal.batch({"log": timeline.log_message(LEAD, "Signature", "Ann has signed “A & B”.", "#r/1")})
        assert timeline.has_log_message(portal, LEAD, "#r/1", before)
        assert not timeline.has_log_message(portal, LEAD, "#r/1", before + timedelta(hours=1))
        assert not timeline.has_log_message(portal, LEAD, "#r/12", before)

    def test_a_log_entry_is_found_behind_many_newer_ones(self, world: World) -> None:
        portal, before = world.portal(), utc_now() - timedelta(seconds=5)
        lines = {
            f"l{n}": timeline.log_message(LEAD, "Signature", "Somebody did something.", f"#r/{n}") for n in range(35)
        }
        portal.batch(lines)
        world.acme.calls.reset()
        assert timeline.has_log_message(portal, LEAD, "#r/0", before)
        assert len(world.acme.calls.of("crm.timeline.logmessage.list")) == 4
        assert timeline.has_log_message(portal, LEAD, "#r/34", before)
        assert len(world.acme.calls.of("crm.timeline.logmessage.list")) == 5

    def test_a_comment_is_found_behind_a_page_of_newer_ones(self, world: World) -> None:
        portal, before = world.portal(), utc_now() - timedelta(seconds=5)
        record = timeline.comment_with_files(portal, LEAD, "Sealed document r-3", {"agreement.pdf": b"%PDF"})
        for number in range(60):
            world.acme.timeline.add("comment", (1, 77), 6, text=f"Called, nobody answered ({number})", files=[])
        assert timeline.find_comment(portal, LEAD, "r-3", "agreement.pdf", before) == record

    def test_a_lost_answer_leaves_a_comment_that_is_found(self, world: World) -> None:
        portal, before = world.portal(), utc_now() - timedelta(seconds=5)
        world.acme.faults.add("answer_lost", method="crm.timeline.comment.add")
        with pytest.raises(OutcomeUnknown):
            timeline.comment_with_files(portal, LEAD, "Sealed document r-7", {"a.pdf": b"%PDF"})
        assert timeline.find_comment(portal, LEAD, "r-7", "a.pdf", before) is not None


def test_a_generated_pdf_is_fetched(world: World) -> None:
    portal = world.portal()
    found = documents.list_documents(portal, LEAD)
    assert documents.download_pdf(portal, found[0].id, entity=LEAD).startswith(b"%PDF")


def test_a_property_is_written_back(world: World) -> None:
    item = crm.update_item(world.portal(), 1, 77, {"UF_CRM_DATA_PROCESSING": "Y"})
    assert item["UF_CRM_DATA_PROCESSING"] == "Y"


def test_employees_are_found(world: World) -> None:
    assert [one.name for one in crm.search_employees(world.portal(), "lange")] == ["Boris Lange"]


class TestPlacements:
    WANTED = (
        Binding(
            "CRM_LEAD_DETAIL_TAB", "/placements/detail-tab", "Signatures", {"en": "Signatures", "de": "Signaturen"}
        ),
        Binding("CRM_LEAD_LIST_MENU", "/placements/list-menu", "Send for signature"),
        Binding("REST_APP_URI", "/", "Paraph"),
    )

    def run(self, world: World, user: int = OLENA) -> list[str]:
        return [step.state for step in reconcile(world.portal(user), self.WANTED, base_url=APP)]

    def test_a_second_run_changes_nothing(self, world: World) -> None:
        assert self.run(world) == ["bound"] * 3
        before = [placement.as_rest() for placement in world.acme.placements]
        world.acme.calls.reset()
        assert self.run(world) == ["kept"] * 3
        assert [placement.as_rest() for placement in world.acme.placements] == before
        assert len(world.acme.calls) == 1

    def test_a_stale_handler_is_removed(self, world: World) -> None:
        list(reconcile(world.portal(OLENA), [Binding("CRM_DEAL_DETAIL_TAB", "/old", "x")], base_url=APP))
        assert "removed" in self.run(world)

    def test_an_employee_may_not(self, world: World) -> None:
        with pytest.raises(BitrixError) as error:
            self.run(world, ANNA)
        assert error.value.code == "access_denied"

    def test_events_are_bound_once(self, world: World) -> None:
        wanted = {"ONAPPUNINSTALL": "/events/bitrix24", "ONCRMTIMELINEITEMACTION": "/events/bitrix24"}
        portal = world.portal(OLENA)
        assert [step.state for step in reconcile_events(portal, wanted, APP)] == ["bound"] * 2
        assert [step.state for step in reconcile_events(portal, wanted, APP)] == ["kept"] * 2


def test_a_batch_keeps_each_failure_to_itself(world: World) -> None:
    commands = {"bad": Command("crm.item.get", {"entityTypeId": 1, "id": 9999}), "good": Command("profile")}
    batch = world.portal().batch(commands)
    assert batch["good"]["NAME"] == "Anna"
    error = batch.error("bad")
    assert error is not None
    assert error.code == "not_found"
