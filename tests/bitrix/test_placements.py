from __future__ import annotations

from typing import Any

import pytest

from b24app.bitrix.client import Portal
from b24app.bitrix.placements import Binding, reconcile, reconcile_events
from b24app.errors import BitrixError
from tests.bitrix.mini_portal import MiniPortal, Refused
from tests.bitrix.server import Server

BASE = "https://sign.example"
TAB = Binding("CRM_LEAD_DETAIL_TAB", "/placements/detail-tab", "Sign", {"en": "Sign", "de": "Unterschreiben"})
MENU = Binding("CRM_LEAD_LIST_MENU", "/placements/list-menu", "Sign")
LINK = Binding("REST_APP_URI", "/", "Sign")


class Bound(MiniPortal):
    """A portal that keeps bindings as Bitrix24 does."""

    def __init__(self, server: Server, *rows: dict[str, Any]) -> None:
        super().__init__(server)
        self.rows: list[dict[str, Any]] = [
            {"userId": 0, "options": [], "description": "", "langAll": [], "title": "Sign", **row} for row in rows
        ]
        self.on("placement.list", ["CRM_LEAD_DETAIL_TAB", "CRM_LEAD_LIST_MENU", "REST_APP_URI"])
        self.on("placement.get", lambda _params: [dict(row) for row in self.rows])
        self.on("placement.bind", self._bind)
        self.on("placement.unbind", self._unbind)

    def _bind(self, params: dict[str, Any]) -> bool:
        place = params["PLACEMENT"], params["HANDLER"]
        if any((row["placement"], row["handler"]) == place for row in self.rows):
            raise Refused("ERROR_CORE", "Unable to set placement handler: Handler already binded")
        if place[0] == "REST_APP_URI" and any(row["placement"] == place[0] for row in self.rows):
            raise Refused("ERROR_PLACEMENT_MAX_COUNT")
        langs = params.get("LANG_ALL", [])
        self.rows.append({"placement": place[0], "handler": place[1], "title": params["TITLE"], "langAll": langs})
        return True

    def _unbind(self, params: dict[str, Any]) -> dict[str, int]:
        gone = [
            row for row in self.rows if (row["placement"], row["handler"]) == (params["PLACEMENT"], params["HANDLER"])
        ]
        self.rows = [row for row in self.rows if row not in gone]
        return {"count": 2 * len(gone)}

    @property
    def places(self) -> set[tuple[str, str]]:
        return {(row["placement"], row["handler"]) for row in self.rows}

    @property
    def changes(self) -> list[str]:
        return [method for method, _params in self.ran if method.endswith("bind")]


def run(portal: Portal, *wanted: Binding) -> list[tuple[str, str]]:
    return [(step.what, step.state) for step in reconcile(portal, wanted, base_url=BASE + "/")]


def test_binds_what_is_missing(server: Server, portal: Portal) -> None:
    bound = Bound(server)
    assert run(portal, TAB, MENU) == [("CRM_LEAD_DETAIL_TAB", "bound"), ("CRM_LEAD_LIST_MENU", "bound")]
    assert bound.places == {
        ("CRM_LEAD_DETAIL_TAB", BASE + "/placements/detail-tab"),
        ("CRM_LEAD_LIST_MENU", BASE + "/placements/list-menu"),
    }
    bind = next(params for method, params in bound.ran if method == "placement.bind")
    assert bind["LANG_ALL"] == {"en": {"TITLE": "Sign"}, "de": {"TITLE": "Unterschreiben"}}
    assert len(server.asked) == 2


def test_a_second_run_changes_nothing(server: Server, portal: Portal) -> None:
    bound = Bound(server)
    run(portal, TAB, MENU, LINK)
    before = len(bound.changes)
    assert {state for _what, state in run(portal, TAB, MENU, LINK)} == {"kept"}
    assert len(bound.changes) == before


def test_removes_our_own_stale_handlers_and_nobody_elses(server: Server, portal: Portal) -> None:
    ours = {"placement": "CRM_DEAL_DETAIL_TAB", "handler": BASE + "/placements/old"}
    lookalike = {"placement": "CRM_DEAL_DETAIL_TAB", "handler": BASE + ".evil.example/x"}
    foreign = {"placement": "CRM_LEAD_DETAIL_TAB", "handler": "https://other.example/tab"}
    bound = Bound(server, ours, lookalike, foreign)
    assert ("CRM_DEAL_DETAIL_TAB", "removed") in run(portal, TAB)
    assert {place[1] for place in bound.places} == {
        BASE + ".evil.example/x",
        "https://other.example/tab",
        BASE + "/placements/detail-tab",
    }


def test_a_changed_title_is_bound_anew(server: Server, portal: Portal) -> None:
    Bound(server, {"placement": MENU.placement, "handler": BASE + MENU.handler, "title": "Old"})
    assert run(portal, MENU) == [("CRM_LEAD_LIST_MENU", "bound")]
    assert run(portal, MENU) == [("CRM_LEAD_LIST_MENU", "kept")]


def test_languages_the_portal_lacks_do_not_count_as_changed(server: Server, portal: Portal) -> None:
    Bound(
        server,
        {"placement": TAB.placement, "handler": BASE + TAB.handler, "title": "x", "langAll": {"en": {"TITLE": "Sign"}}},
    )
    assert run(portal, TAB) == [("CRM_LEAD_DETAIL_TAB", "kept")]


def test_the_single_deep_link_handler_is_unbound_first(server: Server, portal: Portal) -> None:
    bound = Bound(server, {"placement": "REST_APP_URI", "handler": "https://old.example/"})
    assert run(portal, LINK) == [("REST_APP_URI", "bound")]
    assert bound.places == {("REST_APP_URI", BASE + "/")}


def test_a_place_the_portal_lacks_is_unavailable(server: Server, portal: Portal) -> None:
    bound = Bound(server)
    assert run(portal, Binding("CRM_DYNAMIC_999_DETAIL_TAB", "/x", "x")) == [
        ("CRM_DYNAMIC_999_DETAIL_TAB", "unavailable")
    ]
    assert bound.changes == []


def test_already_bound_counts_as_kept(server: Server, portal: Portal) -> None:
    bound = Bound(server, {"placement": TAB.placement, "handler": BASE + TAB.handler})
    bound.on("placement.get", [])
    assert run(portal, TAB) == [("CRM_LEAD_DETAIL_TAB", "kept")]


def test_an_error_hidden_in_a_result_is_a_failure(server: Server, portal: Portal) -> None:
    bound = Bound(server)
    bound.on("placement.bind", {"error": "ERROR_ARGUMENT", "error_description": "Bad handler"})
    steps = list(reconcile(portal, [TAB], base_url=BASE))
    assert (steps[0].state, "Bad handler" in str(steps[0].error)) == ("failed", True)


def test_one_failure_does_not_stop_the_others(server: Server, portal: Portal) -> None:
    bound = Bound(server)

    def bind(params: dict[str, Any]) -> bool:
        if params["PLACEMENT"] == TAB.placement:
            raise Refused("ERROR_WRONG_HANDLER_URL")
        return True

    bound.on("placement.bind", bind)
    assert run(portal, TAB, MENU) == [(TAB.placement, "failed"), (MENU.placement, "bound")]


def test_an_employee_who_is_no_administrator_gets_an_error(server: Server, portal: Portal) -> None:
    bound = Bound(server)

    def refuse(_params: Any) -> Any:
        raise Refused("ACCESS_DENIED")

    bound.on("placement.get", refuse)
    with pytest.raises(BitrixError):
        run(portal, TAB)


def test_many_bindings_take_few_requests(server: Server, portal: Portal) -> None:
    bound = Bound(server)
    wanted = [Binding(f"CRM_DYNAMIC_{n}_DETAIL_TAB", "/tab", "x") for n in range(130, 155)]
    bound.on("placement.list", [binding.placement for binding in wanted])
    assert len(run(portal, *wanted)) == 25
    assert len(server.asked) == 4


class TestEvents:
    @pytest.fixture
    def bound(self, server: Server) -> MiniPortal:
        portal = MiniPortal(server)
        rows: list[dict[str, Any]] = [
            {"event": "ONAPPUNINSTALL", "handler": BASE + "/events/bitrix24", "auth_type": 0, "offline": 0},
            {"event": "ONCRMDEALADD", "handler": BASE + "/events/old"},
            {"event": "ONCRMDEALADD", "handler": "https://other.example/e"},
        ]
        portal.on("event.get", lambda _params: list(rows))
        portal.on("event.bind", lambda params: rows.append(params) or True)
        portal.on("event.unbind", lambda params: rows.remove(params | rows[1]) or {"count": 1})
        return portal

    def test_binds_keeps_and_removes(self, portal: Portal, bound: MiniPortal) -> None:
        wanted = {"OnAppUninstall": "/events/bitrix24", "ONCRMLEADDELETE": "/events/bitrix24"}
        steps = {(step.what, step.state) for step in reconcile_events(portal, wanted, BASE)}
        assert steps == {("ONAPPUNINSTALL", "kept"), ("ONCRMLEADDELETE", "bound"), ("ONCRMDEALADD", "removed")}
        handlers = [params["handler"] for method, params in bound.ran if method == "event.unbind"]
        assert handlers == [BASE + "/events/old"]

    def test_a_second_run_changes_nothing(self, portal: Portal, bound: MiniPortal) -> None:
        wanted = {"ONAPPUNINSTALL": "/events/bitrix24"}
        list(reconcile_events(portal, wanted, BASE))
        assert [step.state for step in reconcile_events(portal, wanted, BASE)] == ["kept"]
