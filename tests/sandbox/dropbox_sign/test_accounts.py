"""Accounts, API apps, OAuth, scopes, limits, refusals."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dropbox_sign
import pytest
import requests
from dropbox_sign import models

from b24app.sandbox.dropbox_sign.service import DropboxSign
from tests.sandbox.dropbox_sign.conftest import ANN, Client, contract_file, refusal


def me(client: Client) -> models.AccountResponse:
    return client.account.account_get(account_id=client.service.account.account_id).account


def test_an_account_tells_its_quota(client: Client) -> None:
    account = me(client)
    assert account.email_address == client.service.account.email
    assert (account.is_paid_hs, account.quotas.api_signature_requests_left) == (True, 1250)


def test_a_wrong_or_missing_key_is_unauthorized(client: Client, service: DropboxSign) -> None:
    url = f"{service.url}/v3/account"
    bare = requests.get(url, timeout=10)
    assert bare.status_code == 401
    assert bare.json()["error"] == {
        "error_msg": "Unauthorized user. No credentials supplied.",
        "error_name": "unauthorized",
    }
    old = service.account.api_key
    service.account.rotate_key()
    assert requests.get(url, auth=(old, ""), timeout=10).json()["error"]["error_name"] == "unauthorized"


def test_apps_are_made_changed_and_deleted(client: Client, service: DropboxSign) -> None:
    made = client.apps.api_app_create(models.ApiAppCreateRequest(name="Second", domains=["x.example"])).api_app
    assert (made.name, made.is_approved, made.domains) == ("Second", False, ["x.example"])
    oauth = models.SubOAuth(callback_url="https://x.example/back", scopes=["request_signature"])
    changed = client.apps.api_app_update(made.client_id, models.ApiAppUpdateRequest(name="Third", oauth=oauth)).api_app
    assert (changed.name, changed.domains, changed.oauth.scopes) == ("Third", ["x.example"], ["request_signature"])
    assert len(client.apps.api_app_list().api_apps) == 2
    client.apps.api_app_delete(made.client_id)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        client.apps.api_app_get(made.client_id)
    assert refusal(refused.value)[1] == "not_found"


def consent(service: DropboxSign, answer: str = "allow", state: str = "s1") -> dict[str, list[str]]:
    """Press a button on the consent page; what the browser brings back."""
    query = {"response_type": "code", "client_id": service.app.client_id, "state": state}
    page = requests.get(f"{service.url}/oauth/authorize", params=query, timeout=10)
    assert re.search('data-testid="consent-app">Paraph<', page.text)
    form = {"account": service.account.email, "answer": answer}
    back = requests.post(f"{service.url}/oauth/authorize", params=query, data=form, timeout=10, allow_redirects=False)
    assert back.headers["Location"].startswith(service.app.oauth_callback_url)
    return parse_qs(urlsplit(back.headers["Location"]).query)


class OAuthHost(dropbox_sign.ApiClient):
    """The SDK sends tokens' calls to app.hellosign.com whatever its host is set to."""

    def __init__(self, service: DropboxSign) -> None:
        super().__init__(dropbox_sign.Configuration(host=f"{service.url}/v3"))
        self._url = service.url

    def param_serialize(self, *args: Any, **kwargs: Any) -> Any:
        return super().param_serialize(*args, **kwargs | {"_host": self._url})


def token(service: DropboxSign, **changes: str) -> models.OAuthTokenResponse:
    given = {
        "client_id": service.app.client_id,
        "client_secret": service.app.secret,
        "code": consent(service)["code"][0],
        "state": "s1",
        "grant_type": "authorization_code",
    }
    api = dropbox_sign.apis.OAuthApi(OAuthHost(service))
    return api.oauth_token_generate(models.OAuthTokenGenerateRequest(**given | changes))


def refresh(service: DropboxSign, refresh_token: str) -> models.OAuthTokenResponse:
    body = models.OAuthTokenRefreshRequest(
        grant_type="refresh_token",
        refresh_token=refresh_token,
        client_id=service.app.client_id,
        client_secret=service.app.secret,
    )
    return dropbox_sign.apis.OAuthApi(OAuthHost(service)).oauth_token_refresh(body)


def test_a_customer_connects_his_own_account(service: DropboxSign) -> None:
    given = token(service)
    assert (given.token_type, given.expires_in, given.state) == ("Bearer", 3600, "s1")
    client = Client(service, token=given.access_token)
    assert me(client).email_address == service.account.email
    assert client.send(ANN).signature_request_id


def test_a_token_runs_out_and_is_refreshed(service: DropboxSign) -> None:
    given = token(service)
    service.advance(3601)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        me(Client(service, token=given.access_token))
    assert refusal(refused.value)[:2] == (401, "unauthorized")
    fresh = refresh(service, given.refresh_token)
    assert me(Client(service, token=fresh.access_token)).email_address == service.account.email


def test_withdrawn_consent_ends_tokens_for_good(service: DropboxSign) -> None:
    given = token(service)
    for grant in service.directory.grants:
        grant.revoked = True
    with pytest.raises(dropbox_sign.ApiException) as refused:
        refresh(service, given.refresh_token)
    assert refusal(refused.value) == (400, "bad_request", "refresh_token")


def test_a_refusing_customer_comes_back_without_a_code(service: DropboxSign) -> None:
    assert consent(service, "deny") == {"error": ["access_denied"], "state": ["s1"]}


@pytest.mark.parametrize(
    ("changes", "refused_as"),
    [
        ({"client_secret": "guess"}, (401, "unauthorized", None)),
        ({"code": "guess"}, (400, "bad_request", "code")),
        ({"state": "other"}, (400, "bad_request", "code")),
        ({"grant_type": "password"}, (400, "bad_request", "grant_type")),
        ({"state": ""}, (400, "bad_request", "state")),
    ],
)
def test_wrong_token_requests_are_refused(
    service: DropboxSign, changes: dict[str, str], refused_as: tuple[int, str, str | None]
) -> None:
    with pytest.raises(dropbox_sign.ApiException) as refused:
        token(service, **changes)
    assert refusal(refused.value) == refused_as


def test_request_signature_alone_does_not_embed_or_update(service: DropboxSign) -> None:
    service.app.oauth_scopes = ["request_signature"]
    client = Client(service, token=token(service).access_token)
    sent = client.send(ANN)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        client.embed(ANN)
    assert refusal(refused.value)[:2] == (403, "forbidden")
    with pytest.raises(dropbox_sign.ApiException) as refused:
        client.embedded.embedded_sign_url(sent.signatures[0].signature_id)
    assert refusal(refused.value)[:2] == (403, "forbidden")


def test_remove_takes_no_token_at_all(service: DropboxSign) -> None:
    headers = {"Authorization": f"Bearer {token(service).access_token}"}  # the SDK would not even send it
    answer = requests.post(f"{service.url}/v3/signature_request/remove/{'0' * 40}", headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["error"]["error_name"]) == (403, "forbidden")


def test_limits_are_counted_by_class_and_minute(client: Client, service: DropboxSign) -> None:
    service.limits |= {"test": 2, "standard": 4}
    client.send(ANN)
    client.send(ANN)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        client.send(ANN)
    assert refusal(refused.value)[:2] == (429, "exceeded_rate")
    headers = refused.value.headers
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("2", "0")
    assert 0 < int(headers["X-Ratelimit-Reset"]) - service.clock.seconds() <= 60
    assert me(client).email_address
    service.advance(60)
    assert client.send(ANN).signature_request_id


def test_files_of_a_test_request_count_as_test_mode(client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN)
    answer = client.requests.signature_request_files_with_http_info(sent.signature_request_id)
    assert answer.headers["X-RateLimit-Limit"] == "10"


def test_production_sends_and_reads_have_their_own_limits(client: Client) -> None:
    sent = client.send(ANN, test_mode=False)
    files = client.requests.signature_request_files_with_http_info(sent.signature_request_id)
    assert files.headers["X-RateLimit-Limit"] == "25"
    read = client.account.account_get_with_http_info(account_id=client.service.account.account_id)
    assert read.headers["X-RateLimit-Limit"] == "100"


def test_limits_can_be_switched_off(client: Client, service: DropboxSign) -> None:
    service.limits["test"] = 1
    service.windows.enforced = False
    assert [bool(client.send(ANN)) for _ in range(3)] == [True] * 3


def test_unknown_addresses_and_methods_answer_in_the_services_words(service: DropboxSign, client: Client) -> None:
    assert client.service is service
    odd = requests.get(f"{service.url}/elsewhere", timeout=10)
    assert (odd.status_code, odd.json()["error"]["error_name"]) == (404, "not_found")


def test_a_lost_answer_leaves_the_request_to_be_found(client: Client, service: DropboxSign) -> None:
    service.faults.add("answer_lost", method="signature_request_send")
    data = {"title": "Lost", "test_mode": "true", "metadata": '{"our": "7"}'}
    data["signers"] = '[{"name": "Ann", "email_address": "ann@x.example"}]'
    with pytest.raises(requests.ConnectionError):
        requests.post(
            f"{service.url}/v3/signature_request/send",
            data=data,
            files={"files[0]": contract_file()},
            auth=(service.account.api_key, ""),
            timeout=10,
        )
    (found,) = client.requests.signature_request_list().signature_requests
    assert found.metadata == {"our": "7"}


@pytest.mark.parametrize(
    ("kind", "args", "refused_as"),
    [
        ("rate_limited", {"reset_s": 7}, (429, "exceeded_rate")),
        ("plan_limit", {}, (402, "payment_required")),
        ("api_error", {"error": "maintenance"}, (503, "maintenance")),
        ("api_error", {"error": "conflict"}, (409, "conflict")),
    ],
)
def test_refusals_can_be_ordered(
    client: Client, service: DropboxSign, kind: str, args: dict[str, Any], refused_as: tuple[int, str]
) -> None:
    service.faults.add(kind, method="signature_request_send", **args)
    with pytest.raises(dropbox_sign.ApiException) as refused:
        client.send(ANN)
    assert refusal(refused.value)[:2] == refused_as
    if kind == "rate_limited":
        assert int(refused.value.headers["X-Ratelimit-Reset"]) - service.clock.seconds() in (6, 7)
    assert client.send(ANN).signature_request_id


def test_the_service_goes_down_and_comes_back(client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN)
    service.go_down()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{service.url}/v3/account", timeout=5)
    service.come_back()
    assert client.get(sent.signature_request_id).title == "Service agreement"


def test_a_cancellation_can_be_forgotten(client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN)
    service.faults.add("cancel_lost")
    client.requests.signature_request_cancel(sent.signature_request_id)
    service.settle()
    assert client.get(sent.signature_request_id).signature_request_id == sent.signature_request_id


def test_files_can_be_ordered_not_to_be_ready(client: Client, service: DropboxSign) -> None:
    sent = client.send(ANN)
    service.faults.add("files_not_ready")
    with pytest.raises(dropbox_sign.ApiException) as refused:
        client.requests.signature_request_files(sent.signature_request_id)
    assert refusal(refused.value)[:2] == (409, "conflict")
    assert client.requests.signature_request_files(sent.signature_request_id).read()


def test_documents_can_turn_out_bad_by_order(client: Client, service: DropboxSign) -> None:
    service.faults.add("processing_failed", status_code="error_component_position")
    sent = client.send(ANN)
    assert (sent.has_error, sent.signatures[0].status_code) == (True, "error_component_position")
