"""Troubles on request."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import requests

from b24app.sandbox import faults
from b24app.sandbox.portal import web
from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.world import Sandbox
from tests.sandbox.conftest import ANNA, OLENA, Caller
from tests.sandbox.testapp import TestApp


def test_the_fifty_first_request_meets_the_limit(anna: Caller) -> None:
    statuses = [anna.response("server.time").status_code for _ in range(60)]
    assert statuses[:50] == [200] * 50
    assert 503 in statuses[50:]
    assert anna.call("server.time").get("error", "QUERY_LIMIT_EXCEEDED") == "QUERY_LIMIT_EXCEEDED"


def test_the_bucket_drains_two_a_second(acme: Portal, anna: Caller) -> None:
    acme.bucket.size = 2
    assert [anna.response("server.time").status_code for _ in range(3)] == [200, 200, 503]
    time.sleep(0.6)
    assert anna.response("server.time").status_code == 200


def test_a_fault_happens_as_often_as_ordered(acme: Portal, anna: Caller) -> None:
    acme.faults.add("query_limit", times=2)
    assert [anna.response("profile").status_code for _ in range(3)] == [503, 503, 200]


def test_an_expired_token_may_be_ordered(acme: Portal, anna: Caller) -> None:
    acme.faults.add("expired_token")
    assert anna.error("profile") == ("expired_token", 401)
    assert anna.ok("profile")["ID"] == "6"


def test_a_method_fails_alone_and_inside_a_batch(acme: Portal, anna: Caller) -> None:
    acme.faults.add("method_error", times=2, method="profile", error="INTERNAL_SERVER_ERROR", status=500)
    assert anna.error("profile") == ("INTERNAL_SERVER_ERROR", 500)
    assert anna.batch({"me": "profile"})["result_error"]["me"]["error"] == "INTERNAL_SERVER_ERROR"


def test_a_lost_answer_means_the_work_is_done(acme: Portal, anna: Caller) -> None:
    acme.faults.add("answer_lost", method="crm.timeline.comment.add")
    fields = {"ENTITY_ID": 77, "ENTITY_TYPE": "lead", "COMMENT": "lost"}
    with pytest.raises(requests.ConnectionError):
        anna.call("crm.timeline.comment.add", fields=fields)
    assert anna.ok("crm.timeline.comment.list", filter=fields)[-1]["COMMENT"] == "lost"


def test_a_late_answer_comes_after_the_call_is_done(acme: Portal, anna: Caller) -> None:
    acme.faults.add("answer_late", delay_s=0.3, method="user.option.set")
    asking = threading.Thread(target=anna.ok, args=["user.option.set"], kwargs={"options": {"late": "1"}})
    asking.start()
    while not acme.calls.of("user.option.set"):
        assert asking.is_alive()
    assert anna.ok("user.option.get", option="late") == "1"
    assert asking.is_alive()
    asking.join()


def test_a_dropped_call_does_nothing(acme: Portal, anna: Caller) -> None:
    acme.faults.add("dropped")
    with pytest.raises(requests.ConnectionError):
        anna.call("user.option.set", options={"x": "1"})
    assert anna.ok("user.option.get", option="x") is None


def test_a_proxy_page_and_a_hostile_answer(acme: Portal, anna: Caller) -> None:
    acme.faults.add("http_error", status=502)
    acme.faults.add("not_json", body='{"result": tru')
    assert anna.response("profile").status_code == 502
    assert anna.response("profile").text == '{"result": tru'


def test_a_slow_answer_waits(acme: Portal, anna: Caller) -> None:
    acme.faults.add("slow", delay_s=0.3)
    started = time.monotonic()
    anna.ok("profile")
    assert time.monotonic() - started >= 0.3


def test_a_portal_goes_down_and_comes_back_on_its_port(acme: Portal, anna: Caller) -> None:
    url = acme.url
    acme.go_down()
    with pytest.raises(requests.ConnectionError):
        anna.call("profile")
    acme.come_back()
    assert (acme.url, anna.ok("profile")["ID"]) == (url, "6")


def test_open_connections_break_when_a_portal_goes_down(acme: Portal, anna: Caller) -> None:
    session = requests.Session()
    call = {"url": f"{acme.url}/rest/profile", "json": {"auth": anna.access}, "timeout": 5}
    assert session.post(**call).status_code == 200
    acme.go_down()
    with pytest.raises(requests.ConnectionError):
        session.post(**call)


def test_a_renamed_portal_redirects_and_refresh_tells_the_new_address(sandbox: Sandbox, acme: Portal) -> None:
    grant = acme.token_for(ANNA)
    old, new = web.move(acme)
    moved = requests.post(f"{old}/rest/profile", json={"auth": grant.access}, allow_redirects=False, timeout=10)
    assert (moved.status_code, moved.headers["Location"]) == (302, f"{new}/rest/profile")
    assert requests.post(f"{new}/rest/profile", json={"auth": grant.access}, timeout=10).json()["result"]["ID"] == "6"
    about = requests.get(f"{sandbox.oauth.url}/rest/app.info", params={"auth": grant.access}, timeout=10).json()
    assert about["result"]["install"]["client_endpoint"] == f"{new}/rest/"


def test_oauth_troubles(sandbox: Sandbox, acme: Portal) -> None:
    sandbox.oauth.faults.add("app_info", error="INTERNAL_SERVER_ERROR", status=500)
    sandbox.oauth.faults.add("invalid_grant")
    grant = acme.token_for(ANNA)
    info = requests.get(f"{sandbox.oauth.url}/rest/app.info", params={"auth": grant.access}, timeout=10)
    query = {"grant_type": "refresh_token", "client_id": acme.app.client_id, "client_secret": acme.app.client_secret}
    query["refresh_token"] = grant.refresh
    statuses = [requests.get(f"{sandbox.oauth.url}/oauth/token/", params=query, timeout=10).status_code for _ in "ab"]
    assert (info.status_code, statuses) == (500, [400, 200])


def test_events_may_come_twice_or_never(acme: Portal, olena: Caller, testapp: TestApp) -> None:
    acme.lifecycle.finish_install()
    olena.ok("event.bind", event="ONAPPTEST", handler=f"{testapp.url}/events")
    acme.faults.add("duplicate_event")
    olena.ok("event.test", x="1")
    acme.settle()
    assert len(testapp.posts) == 2
    acme.faults.add("lost_event")
    olena.ok("event.test", x="1")
    acme.settle()
    assert len(testapp.posts) == 2


def test_faults_calls_and_more_over_http(sandbox: Sandbox, acme: Portal, anna: Caller) -> None:
    control = f"{sandbox.control.url}/control"
    fault = {"target": "acme", "kind": "query_limit", "times": 1}
    assert requests.post(f"{control}/faults", json=fault, timeout=10).json()["acme"][0]["kind"] == "query_limit"
    assert requests.post(f"{control}/faults", json={"kind": "nonsense"}, timeout=10).status_code == 400
    assert anna.response("profile").status_code == 503
    calls = requests.get(f"{control}/acme/calls", timeout=10).json()
    assert [(call["method"], call["status"]) for call in calls] == [("profile", 503)]
    requests.delete(f"{control}/acme/calls", timeout=10)
    assert requests.get(f"{control}/acme/calls", timeout=10).json() == []
    token = requests.post(f"{control}/acme/token", json={"user": OLENA}, timeout=10).json()
    assert acme.tokens.by_access(token["access_token"]).user_id == OLENA
    lead = {"title": "From a test", "fm": [["EMAIL", "WORK", "x@y.example"]]}
    number = requests.post(f"{control}/acme/leads", json=lead, timeout=10).json()["id"]
    assert anna.ok("crm.item.get", entityTypeId=1, id=number)["item"]["email"] == "x@y.example"
    for view in ("timeline", "activities", "notifications", "placements", "bindings", "deliveries", "robots", "app"):
        assert requests.get(f"{control}/acme/{view}", timeout=10).status_code == 200, view
    assert requests.get(f"{control}/nobody/calls", timeout=10).status_code == 404


def test_every_trouble_stands_in_the_readme() -> None:
    readme = (Path(faults.__file__).parent / "README.md").read_text()
    assert [kind for kind in faults.KINDS if f"`{kind}`" not in readme] == []


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("dropbox_sign", "/v3/account"),
        ("docusign", "/restapi/v2.1/accounts/1/envelopes"),
        ("docusign_auth", "/oauth/userinfo"),
    ],
)
def test_signing_services_know_the_general_troubles(sandbox: Sandbox, target: str, path: str) -> None:
    troubled, url = sandbox.troubled(target), f"{sandbox.targets[target].listener.url}{path}"
    troubled.add("not_json", body="<html>")
    assert requests.get(url, timeout=10).text == "<html>"
    troubled.add("http_error", status=502)
    assert requests.get(url, timeout=10).status_code == 502
    troubled.add("dropped")
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=10)
    troubled.add("slow", delay_s=0.3)
    started = time.monotonic()
    assert requests.get(url, timeout=10).status_code == 401
    assert time.monotonic() - started >= 0.3
