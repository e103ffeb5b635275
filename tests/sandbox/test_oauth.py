"""The OAuth server and what tokens are worth: docs settings/oauth/"""

from __future__ import annotations

from typing import Any

import pytest
import requests

from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.world import Sandbox
from tests.sandbox.conftest import ANNA, BORIS, OLENA, Caller


def refresh(sandbox: Sandbox, refresh_token: str, **changes: str) -> requests.Response:
    app = sandbox.portal("acme").app
    query = {"grant_type": "refresh_token", "client_id": app.client_id, "client_secret": app.client_secret}
    query |= {"refresh_token": refresh_token} | changes
    return requests.get(f"{sandbox.oauth.url}/oauth/token/", params=query, timeout=10)


def test_a_refresh_token_works_once(sandbox: Sandbox, acme: Portal) -> None:
    old = acme.token_for(ANNA)
    answer = refresh(sandbox, old.refresh)
    fresh = answer.json()
    assert (answer.status_code, fresh["expires_in"], fresh["user_id"]) == (200, 3600, ANNA)
    assert fresh["client_endpoint"] == f"{acme.url}/rest/"
    assert fresh["domain"] == sandbox.oauth.url.removeprefix("http://")
    again = refresh(sandbox, old.refresh)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert "access_token" in refresh(sandbox, fresh["refresh_token"]).json()


@pytest.mark.parametrize(
    ("changes", "error", "status"),
    [
        ({"client_id": "local.0.1"}, "wrong_client", 200),
        ({"client_secret": "guess"}, "invalid_client", 400),
        ({"grant_type": "password"}, "invalid_request", 400),
    ],
)
def test_wrong_credentials_are_refused(
    sandbox: Sandbox, acme: Portal, changes: dict[str, str], error: str, status: int
) -> None:
    answer = refresh(sandbox, acme.token_for(ANNA).refresh, **changes)
    assert (answer.json()["error"], answer.status_code) == (error, status)


def test_another_applications_refresh_token_is_invalid(sandbox: Sandbox) -> None:
    foreign = sandbox.portal("globex").token_for(1)
    assert refresh(sandbox, foreign.refresh).json()["error"] == "invalid_grant"


def test_a_code_is_traded_once(sandbox: Sandbox, acme: Portal) -> None:
    code = sandbox.tokens.new_code(acme.app.client_id, acme.member_id, OLENA, acme.app.scope)
    query = {"grant_type": "authorization_code", "code": code}
    first = refresh(sandbox, "", **query).json()
    assert first["member_id"] == acme.member_id
    assert refresh(sandbox, "", **query).json()["error"] == "invalid_grant"


def about(sandbox: Sandbox, access: str) -> requests.Response:
    return requests.get(f"{sandbox.oauth.url}/rest/app.info", params={"auth": access}, timeout=10)


def test_app_info_says_whose_token_it_is(sandbox: Sandbox, acme: Portal) -> None:
    result = about(sandbox, acme.token_for(BORIS).access).json()["result"]
    assert (result["client_id"], result["user_id"]) == (acme.app.client_id, BORIS)
    assert result["install"]["member_id"] == acme.member_id
    assert result["install"]["client_endpoint"] == f"{acme.url}/rest/"


def test_app_info_refuses_dead_tokens(sandbox: Sandbox, acme: Portal) -> None:
    access = acme.token_for(ANNA).access
    assert (about(sandbox, "nonsense").json()["error"], about(sandbox, "").status_code) == ("NO_AUTH_FOUND", 401)
    acme.tokens.expire(acme.member_id)
    assert about(sandbox, access).json()["error"] == "expired_token"
    acme.lifecycle.uninstall()
    assert about(sandbox, access).json()["error"] == "NOT_INSTALLED"


def test_rest_refuses_dead_and_foreign_tokens(acme: Portal, anna: Caller, vera: Caller) -> None:
    vera.portal = acme
    assert vera.error("profile") == ("invalid_token", 401)
    acme.tokens.expire(acme.member_id)
    assert anna.error("profile") == ("expired_token", 401)
    anna.access = ""
    assert anna.error("profile") == ("NO_AUTH_FOUND", 401)


def test_a_short_life_runs_out(acme: Portal, anna: Caller) -> None:
    anna.access = acme.token_for(ANNA, life_s=0).access
    assert anna.error("profile") == ("expired_token", 401)


def test_an_application_closed_to_an_employee(acme: Portal, anna: Caller) -> None:
    acme.app.allowed_users = {OLENA}
    assert anna.error("profile") == ("user_access_error", 403)


def test_a_dismissed_employees_tokens_die(sandbox: Sandbox, acme: Portal) -> None:
    grant = acme.token_for(ANNA)
    acme.tokens.revoke(acme.member_id, user_id=ANNA)
    assert refresh(sandbox, grant.refresh).json()["error"] == "invalid_grant"


def test_a_missing_scope_and_an_unknown_method(acme: Portal, anna: Caller) -> None:
    acme.app.scope = "placement"
    assert anna.error("crm.item.get", entityTypeId=1, id=77) == ("insufficient_scope", 403)
    assert anna.error("no.such.method") == ("ERROR_METHOD_NOT_FOUND", 404)
    assert anna.ok("method.get", name="crm.item.get") == {"isExisting": True, "isAvailable": False}


def test_every_way_to_send_parameters_works(anna: Caller) -> None:
    url = f"{anna.portal.url}/rest/crm.item.list.json"
    query: dict[str, Any] = {"auth": anna.access, "entityTypeId": 1, "filter[id]": 77, "select[0]": "title"}
    answers = [
        requests.get(url, params=query, timeout=10),
        requests.post(url, data=query, timeout=10),
        requests.post(url, files={name: (None, str(value)) for name, value in query.items()}, timeout=10),
        requests.post(f"{url}?auth={anna.access}", json={"entityTypeId": 1, "filter": {"id": 77}}, timeout=10),
    ]
    assert [answer.json()["total"] for answer in answers] == [1, 1, 1, 1]


def test_time_tells_what_a_method_has_cost(anna: Caller) -> None:
    first = anna.call("profile")["time"]
    second = anna.call("profile")["time"]
    assert {"start", "finish", "duration", "processing", "date_start", "operating_reset_at"} <= set(first)
    assert second["operating"] > first["operating"]
