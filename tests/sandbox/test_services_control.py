"""Signing services through the control API, as another process sees them."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from b24app.sandbox.world import Sandbox
from tests.sandbox.docusign.conftest import ANN
from tests.sandbox.docusign.conftest import Client as Envelopes
from tests.sandbox.dropbox_sign.conftest import Client as Requests


class Remote:
    """The control API of one service."""

    def __init__(self, sandbox: Sandbox, service: str) -> None:
        self._url, self.service = f"{sandbox.control.url}/control", service

    def read(self, what: str, **args: str) -> Any:
        return requests.get(f"{self._url}/{self.service}/{what}", params=args, timeout=10).json()

    def act(self, what: str, **given: Any) -> Any:
        answer = requests.post(f"{self._url}/{self.service}/{what}", json=given, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, target: str, kind: str, **given: Any) -> None:
        requests.post(f"{self._url}/faults", json={"target": target, "kind": kind, **given}, timeout=10)


@pytest.fixture
def dropbox_sign(sandbox: Sandbox) -> Remote:
    return Remote(sandbox, "dropbox_sign")


@pytest.fixture
def docusign(sandbox: Sandbox) -> Remote:
    return Remote(sandbox, "docusign")


def test_keys_and_addresses_are_told(sandbox: Sandbox, dropbox_sign: Remote, docusign: Remote) -> None:
    assert dropbox_sign.read("accounts")["accounts"][0]["api_key"] == sandbox.dropbox_sign.account.api_key
    assert docusign.read("accounts")["integrations"][0]["secret"] == sandbox.docusign.integration.secret
    given = sandbox.settings()
    assert given["PARAPH_DROPBOX_SIGN_URL"] == sandbox.dropbox_sign.url
    assert (given["PARAPH_DOCUSIGN_URL"], given["PARAPH_DOCUSIGN_AUTH_URL"]) == (
        sandbox.docusign.url,
        sandbox.docusign.auth.url,
    )


def test_dropbox_sign_is_driven_from_outside(sandbox: Sandbox, dropbox_sign: Remote) -> None:
    client = Requests(sandbox.dropbox_sign)
    sent = client.send(ANN, allow_reassign=True).signature_request_id
    dropbox_sign.act("reassign", id=sent, email=ANN[1], to_name="Marco", to_email="marco@x.example")
    dropbox_sign.act("bounce", id=sent, email="marco@x.example")
    dropbox_sign.act("expire", id=sent)
    (seen,) = dropbox_sign.read("requests")
    assert (seen["signatures"][0]["status_code"], len(seen["links"])) == ("expired", 1)
    dropbox_sign.act("account", paid=False)
    dropbox_sign.act("rotate-key")
    assert [call["status"] for call in dropbox_sign.read("calls", method="signature_request_get")] == [200]
    assert requests.get(
        f"{sandbox.dropbox_sign.url}/v3/account", auth=(client.service.account.api_key, ""), timeout=9
    ).ok


def test_docusign_is_driven_from_outside(sandbox: Sandbox, docusign: Remote) -> None:
    client = Envelopes(sandbox.docusign)
    sent = client.send(ANN)
    docusign.act("reassign", id=sent, email=ANN[1], to_name="Marco", to_email="marco@x.example")
    docusign.act("bounce", id=sent, email="marco@x.example")
    docusign.act("expire", id=sent)
    (seen,) = docusign.read("envelopes")
    assert (seen["status"], seen["recipients"]["signers"][0]["status"]) == ("voided", "autoresponded")
    given = docusign.act("integration", redirect_uris=["https://x.example/back"])
    assert given["client_id"] == sandbox.docusign.integration.client_id
    docusign.act("withdraw-consent")
    assert sandbox.docusign.directory.by_access(client.grant.access, sandbox.docusign.clock.now()) is None


@pytest.mark.parametrize("target", ["dropbox_sign", "docusign", "docusign_auth"])
def test_troubles_are_ordered_and_cleared_from_outside(sandbox: Sandbox, dropbox_sign: Remote, target: str) -> None:
    dropbox_sign.fault(target, "http_error", status=503, times=2)
    assert [one["kind"] for one in sandbox.troubled(target).listed()] == ["http_error"]
    sandbox.clear_faults()
    assert sandbox.troubled(target).listed() == []


@pytest.mark.parametrize("name", ["dropbox_sign", "docusign"])
def test_time_limits_and_the_port_are_moved_from_outside(sandbox: Sandbox, name: str) -> None:
    remote, service = Remote(sandbox, name), sandbox.targets[name]
    before = service.clock.seconds()
    assert remote.act("advance", seconds=3600)["now"] - before in (3600, 3601)
    assert remote.act("limits", enforced=False)["enforced"] is False
    remote.act("speed", speed=3000)
    remote.act("settle")
    remote.act("down")
    with pytest.raises(requests.ConnectionError):
        requests.get(service.url, timeout=5)
    remote.act("up")
    assert requests.get(service.url, timeout=5).status_code == 404
