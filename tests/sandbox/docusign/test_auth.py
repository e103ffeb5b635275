"""The account server, tokens, limits and ordered troubles."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import docusign_esign as ds
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from b24app.sandbox.docusign.service import DocuSign
from tests.sandbox.docusign.conftest import ANN, Client, api_client, refusal

JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def private(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def register(service: DocuSign, key: rsa.RSAPrivateKey) -> None:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    service.integration.public_keys.append(pem.decode())


def consent(service: DocuSign, scope: str = "signature", answer: str = "allow", **query: str) -> dict[str, str]:
    """Press a button on the consent page; what the browser brings back."""
    target = service.integration.redirect_uris[0]
    asked = {"response_type": "code", "scope": scope, "client_id": service.integration.client_id}
    asked |= {"redirect_uri": target, "state": "s1"} | query
    url = f"{service.auth.url}/oauth/auth"
    page = requests.get(url, params=asked, timeout=10)
    assert re.search('data-testid="consent-app">Paraph<', page.text)
    form = {"user": service.user.user_id, "answer": answer}
    back = requests.post(url, params=asked, data=form, timeout=10, allow_redirects=False)
    assert back.headers["Location"].startswith(target)
    return {name: values[0] for name, values in parse_qs(urlsplit(back.headers["Location"]).query).items()}


def token(service: DocuSign, **form: str) -> requests.Response:
    """A token request with the integration's secret."""
    given = (service.integration.client_id, service.integration.secret)
    return requests.post(f"{service.auth.url}/oauth/token", data=form, auth=given, timeout=10)


def jwt(service: DocuSign, key: rsa.RSAPrivateKey, **changes: Any) -> ds.ApiClient:
    """The SDK's JWT grant; the client is ready afterwards."""
    client = api_client(service)
    given = {
        "client_id": service.integration.client_id,
        "user_id": service.user.user_id,
        "oauth_host_name": service.auth.listener.authority,
        "private_key_bytes": private(key),
        "expires_in": 3600,
        "scopes": ["signature", "impersonation"],
    }
    client.request_jwt_user_token(**given | changes)
    return client


def test_the_sdk_trades_a_code_and_learns_where_the_api_lives(service: DocuSign) -> None:
    client = api_client(service)
    code = consent(service)["code"]
    given = client.generate_access_token(service.integration.client_id, service.integration.secret, code)
    assert (given.token_type, given.expires_in) == ("Bearer", "28800")
    about = client.get_user_info(given.access_token)
    (account,) = about.accounts
    assert (about.email, account.account_id, account.base_uri) == (
        service.user.email,
        service.account.account_id,
        service.url,
    )
    client.set_default_header("Authorization", f"Bearer {given.access_token}")
    listed = ds.EnvelopesApi(client).list_status_changes(account.account_id, from_date="2026-01-01")
    assert listed.total_set_size == "0"


def test_a_code_is_traded_once_and_refused_late(service: DocuSign) -> None:
    code = consent(service)["code"]
    assert token(service, grant_type="authorization_code", code=code).status_code == 200
    again = token(service, grant_type="authorization_code", code=code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    late = consent(service)["code"]
    service.advance(121)
    assert token(service, grant_type="authorization_code", code=late).json()["error"] == "invalid_grant"


def test_pkce_takes_the_place_of_the_secret(service: DocuSign) -> None:
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    url, client_id = f"{service.auth.url}/oauth/token", service.integration.client_id

    def trade(**more: str) -> requests.Response:
        code = consent(service, code_challenge=challenge, code_challenge_method="S256")["code"]
        form = {"grant_type": "authorization_code", "code": code, "client_id": client_id} | more
        return requests.post(url, data=form, timeout=10)

    assert trade(code_verifier=verifier).status_code == 200
    assert trade(code_verifier="other").json()["error"] == "invalid_grant"


def test_a_refreshed_token_works_and_extended_starts_the_month_again(service: DocuSign) -> None:
    plain = token(service, grant_type="authorization_code", code=consent(service)["code"]).json()
    rolling = token(
        service, grant_type="authorization_code", code=consent(service, "signature extended")["code"]
    ).json()
    service.advance(20 * 86_400)
    fresh = [token(service, grant_type="refresh_token", refresh_token=one["refresh_token"]) for one in (plain, rolling)]
    assert [one.status_code for one in fresh] == [200, 200]
    service.advance(20 * 86_400)
    late = [token(service, grant_type="refresh_token", refresh_token=one.json()["refresh_token"]) for one in fresh]
    assert [one.status_code for one in late] == [400, 200]


def test_jwt_wants_consent_first(service: DocuSign, key: rsa.RSAPrivateKey) -> None:
    register(service, key)
    with pytest.raises(ds.ApiException) as refused:
        jwt(service, key)
    assert (refused.value.status, b"consent_required" in refused.value.body) == (400, True)
    consent(service, "signature impersonation")
    client = jwt(service, key)
    account_id = service.account.account_id
    assert ds.EnvelopesApi(client).list_status_changes(account_id, from_date="2026-01-01").envelopes == []
    service.directory.withdraw(service.integration.client_id)
    with pytest.raises(ds.ApiException) as refused:
        jwt(service, key)
    assert b"consent_required" in refused.value.body


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        ({"private_key_bytes": None}, "no_valid_keys_or_signatures"),
        ({"user_id": "nobody"}, "user_not_found"),
        ({"client_id": "nobody"}, "issuer_not_found"),
        ({"expires_in": 7200}, "invalid_expiration"),
        ({"expires_in": -60}, "expired_token"),
    ],
)
def test_a_wrong_assertion_is_refused(
    service: DocuSign, key: rsa.RSAPrivateKey, changes: dict[str, Any], description: str
) -> None:
    register(service, key)
    consent(service, "signature impersonation")
    if "private_key_bytes" in changes:
        changes = {"private_key_bytes": private(rsa.generate_private_key(65537, 2048))}
    with pytest.raises(ds.ApiException) as refused:
        jwt(service, key, **changes)
    assert description.encode() in refused.value.body


def test_what_is_no_jwt_is_refused(service: DocuSign) -> None:
    answer = token(service, grant_type=JWT, assertion="a.b")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_redirect_uri_must_be_registered(service: DocuSign) -> None:
    asked = {"response_type": "code", "scope": "signature", "client_id": service.integration.client_id}
    page = requests.get(
        f"{service.auth.url}/oauth/auth", params=asked | {"redirect_uri": "https://evil.example"}, timeout=10
    )
    assert page.status_code == 400


def test_a_refusing_user_comes_back_without_a_code(service: DocuSign) -> None:
    assert consent(service, answer="deny")["error"] == "access_denied"


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer nonsense"}])
def test_without_a_living_token_nothing_is_answered(service: DocuSign, given: dict[str, str]) -> None:
    url = f"{service.url}/restapi/v2.1/accounts/{service.account.account_id}/envelopes?from_date=2026-01-01"
    assert requests.get(url, headers=given, timeout=10).status_code == 401
    assert requests.get(f"{service.auth.url}/oauth/userinfo", headers=given, timeout=10).status_code == 401


def test_a_token_runs_out(client: Client, service: DocuSign) -> None:
    envelope_id = client.send(ANN)
    service.advance(28_801)
    with pytest.raises(ds.ApiException) as refused:
        client.get(envelope_id)
    assert refusal(refused.value) == (401, "AUTHORIZATION_INVALID_TOKEN")
    assert refused.value.headers["X-DocuSign-TraceToken"]


def status(client: Client, envelope_id: str) -> tuple[int, str] | None:
    try:
        client.get(envelope_id)
    except ds.ApiException as error:
        return refusal(error)
    return None


def test_the_hour_and_the_burst_have_limits(client: Client, service: DocuSign) -> None:
    envelope_id = client.send(ANN)
    service.windows.clear()
    service.limits |= {"burst": 2}
    found = [status(client, envelope_id) for _ in range(3)]
    assert found == [None, None, (429, "BURST_APIINVOCATION_LIMIT_EXCEEDED")]
    service.advance(30)
    service.limits |= {"burst": 200, "hourly": 3}
    service.windows.clear()
    found = [status(client, envelope_id) for _ in range(4)]
    assert found[3] == (429, "HOURLY_APIINVOCATION_LIMIT_EXCEEDED")


def test_answers_tell_how_the_account_stands(client: Client, service: DocuSign) -> None:
    _, _, headers = client.envelopes.get_envelope_with_http_info(client.account, client.send(ANN))
    assert (headers["X-RateLimit-Limit"], headers["X-BurstLimit-Limit"]) == ("3000", "200")
    assert (headers["X-RateLimit-Remaining"], headers["X-BurstLimit-Remaining"]) == ("2998", "198")
    assert 0 < int(headers["X-RateLimit-Reset"]) - service.clock.seconds() <= 3600


def test_one_envelope_may_not_be_asked_about_all_the_time(client: Client, service: DocuSign) -> None:
    service.limits |= {"polling": 2}
    first, second = client.send(ANN), client.send(ANN)
    found = [status(client, first) for _ in range(3)]
    assert found == [None, None, (429, "Hourly_Envelope_Polling_Limit_Exceeded")]
    assert status(client, second) is None
    service.windows.enforced = False
    assert status(client, first) is None


@pytest.mark.parametrize(
    ("kind", "args", "refused_as"),
    [
        ("rate_limited", {"reset_s": 7}, (429, "HOURLY_APIINVOCATION_LIMIT_EXCEEDED")),
        ("plan_limit", {}, (400, "ENVELOPE_ALLOWANCE_EXCEEDED")),
        ("api_error", {"error": "ACCOUNT_LACKS_PERMISSIONS"}, (403, "ACCOUNT_LACKS_PERMISSIONS")),
        ("api_error", {"error": "SOMETHING_NEW", "message": "Never seen."}, (400, "SOMETHING_NEW")),
    ],
)
def test_refusals_can_be_ordered(
    client: Client, service: DocuSign, kind: str, args: dict[str, Any], refused_as: tuple[int, str]
) -> None:
    service.faults.add(kind, method="create_envelope", **args)
    with pytest.raises(ds.ApiException) as refused:
        client.send(ANN)
    assert refusal(refused.value) == refused_as
    if kind == "rate_limited":
        assert int(refused.value.headers["X-RateLimit-Reset"]) - service.clock.seconds() in (6, 7)
    assert client.send(ANN)


def test_files_can_be_ordered_not_to_be_there(client: Client, service: DocuSign) -> None:
    envelope_id = client.send(ANN)
    service.faults.add("files_not_ready")
    with pytest.raises(ds.ApiException) as refused:
        client.file(envelope_id)
    assert refusal(refused.value) == (404, "DOCUMENT_DOES_NOT_EXIST")
    assert client.file(envelope_id)


def test_the_account_server_has_its_own_troubles(service: DocuSign) -> None:
    service.auth.faults.add("invalid_grant")
    code = consent(service)["code"]
    assert token(service, grant_type="authorization_code", code=code).json()["error"] == "invalid_grant"
    service.auth.faults.add("http_error", status=503, method="token:authorization_code")
    assert token(service, grant_type="authorization_code", code=code).status_code == 503
    assert token(service, grant_type="authorization_code", code=code).status_code == 200


def test_the_service_goes_down_and_comes_back(client: Client, service: DocuSign) -> None:
    envelope_id = client.send(ANN)
    service.go_down()
    with pytest.raises(requests.ConnectionError):
        requests.get(service.url, timeout=5)
    service.come_back()
    assert client.get(envelope_id).status == "sent"


def test_an_unknown_address_answers_in_the_services_words(client: Client, service: DocuSign) -> None:
    odd = requests.get(f"{service.url}/restapi/v2.1/elsewhere", timeout=10)
    assert client.service is service
    assert (odd.status_code, odd.json()["errorCode"]) == (404, "RESOURCE_NOT_FOUND")
