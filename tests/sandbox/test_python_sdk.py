"""The official Python SDK (b24pysdk) against the sandbox: a client that knows nothing of either side.

It fixes https and its OAuth host in class attributes; these are the only things replaced.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest
from b24pysdk.api.callers import call_method
from b24pysdk.api.requesters.bitrix_oauth_requester import BitrixOAuthRequester
from b24pysdk.credentials import BitrixApp, BitrixToken, OAuthEventData, OAuthPlacementData, OAuthWorkflowData
from b24pysdk.errors import BitrixAPIAccessDenied, BitrixAPIError, BitrixAPIQueryLimitExceeded, BitrixRequestError

from b24app.sandbox.portal import frames, web
from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.world import Sandbox
from tests.sandbox.conftest import ANNA, BORIS, OLENA, Caller
from tests.sandbox.testapp import TestApp


@pytest.fixture
def sdk(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain http, and the sandbox's OAuth server."""
    caller = sys.modules[call_method.__module__]
    monkeypatch.setattr(caller._MethodCaller, "_base_url", property(lambda self: f"http://{self._domain}/rest"))
    monkeypatch.setattr(BitrixOAuthRequester, "_OAUTH_TOKEN_URL", f"{sandbox.oauth.url}/oauth/token/")
    monkeypatch.setattr(BitrixOAuthRequester, "_APP_INFO_URL", f"{sandbox.oauth.url}/rest/app.info/")


def token(portal: Portal, user_id: int, **more: Any) -> BitrixToken:
    grant = portal.token_for(user_id)
    app = BitrixApp(client_id=portal.app.client_id, client_secret=portal.app.client_secret)
    values = {"domain": portal.domain, "auth_token": grant.access, "refresh_token": grant.refresh, "expires_in": 3600}
    return BitrixToken(**values | more, bitrix_app=app)


@pytest.mark.usefixtures("sdk")
def test_it_reads_app_info_from_both_servers(acme: Portal) -> None:
    mine = token(acme, ANNA)
    assert mine.get_client().app.info().result["ID"] == 5
    about = mine.get_app_info().result
    assert (about.install.member_id, about.user_id) == (acme.member_id, ANNA)


@pytest.mark.usefixtures("sdk")
def test_it_reads_and_writes_the_crm(acme: Portal) -> None:
    crm = token(acme, ANNA).get_client().crm
    lead = crm.item.get(entity_type_id=1, bitrix_id=77).result["item"]
    assert lead["title"] == "Service agreement: CRM onboarding"
    crm.item.update(entity_type_id=1, bitrix_id=77, fields={"title": "Agreed"}).response  # noqa: B018
    contacts = crm.item.list(entity_type_id=3, filter={"@id": lead["contactIds"]}, select=["*"]).result["items"]
    assert [one["lastName"] for one in contacts] == ["Lee", "Rossi", "Weber"]
    assert acme.crm.items[1, 77].title == "Agreed"


@pytest.mark.usefixtures("sdk")
def test_it_sends_a_batch(acme: Portal) -> None:
    client = token(acme, ANNA).get_client()
    calls = {"me": client.profile(), "lead": client.crm.item.get(entity_type_id=1, bitrix_id=77)}
    acme.calls.reset()
    answer = client.call_batch(calls).result
    assert answer.result["me"]["NAME"] == "Anna"
    assert answer.result["lead"]["item"]["id"] == 77
    assert acme.calls.names() == ["batch"]


@pytest.mark.usefixtures("sdk")
def test_it_walks_a_long_list(acme: Portal) -> None:
    for number in range(70):
        acme.crm.add(1, title=f"Lead {number}", assignedById=ANNA)
    leads = token(acme, ANNA).get_client().crm.lead.list(select=["ID"]).as_list().result
    assert len(list(leads)) == 74


@pytest.mark.usefixtures("sdk")
def test_it_refreshes_an_expired_token_by_itself(acme: Portal) -> None:
    mine = token(acme, ANNA)
    before = (mine.auth_token, mine.refresh_token)
    acme.tokens.expire(acme.member_id)
    assert mine.get_client().profile().result["ID"] == "6"
    assert mine.auth_token != before[0]
    assert mine.refresh_token != before[1]


@pytest.mark.usefixtures("sdk")
def test_it_notices_a_renamed_portal(acme: Portal) -> None:
    """It follows the redirect to the new host; it drops the port on the way, so here the second call finds nobody."""
    mine = token(acme, ANNA)
    web.move(acme)
    with pytest.raises(BitrixRequestError):
        mine.get_client().profile().result  # noqa: B018
    assert mine.domain == "127.0.0.1"


@pytest.mark.usefixtures("sdk")
def test_it_knows_our_errors(acme: Portal) -> None:
    with pytest.raises(BitrixAPIAccessDenied):
        token(acme, BORIS).get_client().crm.item.get(entity_type_id=1, bitrix_id=77).result  # noqa: B018
    with pytest.raises(BitrixAPIError, match="Method not found"):
        token(acme, ANNA).call_method("no.such.method")
    acme.bucket.size = 0
    with pytest.raises(BitrixAPIQueryLimitExceeded):
        token(acme, ANNA).call_method("profile", max_retries=1)


def test_it_parses_what_a_frame_is_sent(acme: Portal) -> None:
    user = acme.employees[ANNA]
    opening = frames.Opening(acme.app, acme.app.handler_url, "CRM_LEAD_DETAIL_TAB", {"ID": 77}, user, "en")
    built = frames.frame(acme, opening)
    query = {"DOMAIN": acme.domain, "PROTOCOL": "0", "LANG": "en", "APP_SID": built["sid"]}
    parsed = OAuthPlacementData.from_dict(built["fields"] | query)
    assert (parsed.member_id, parsed.placement, parsed.placement_options) == (
        acme.member_id,
        "CRM_LEAD_DETAIL_TAB",
        {"ID": "77"},
    )


def test_it_parses_events_and_robots(acme: Portal, olena: Caller, testapp: TestApp) -> None:
    handler = f"{testapp.url}/events"
    olena.ok("event.bind", event="ONCRMLEADUPDATE", handler=handler)
    olena.ok("bizproc.robot.add", CODE="paraph_send", HANDLER=handler, NAME="Send")
    acme.lifecycle.finish_install()
    olena.ok("crm.item.update", entityTypeId=1, id=77, fields={"title": "New"})
    run = acme.run_robot("paraph_send", 77, {"template": "a"})
    acme.settle()
    event, robot = testapp.posts
    assert OAuthEventData.from_dict(event).data == {"FIELDS": {"ID": "77"}}
    parsed = OAuthWorkflowData.from_dict(robot)
    assert (parsed.event_token, parsed.auth.user_id) == (run.event_token, OLENA)
