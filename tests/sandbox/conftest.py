"""A fresh sandbox for each test, callers with an employee's token, a browser for those who need one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from b24app.sandbox import start
from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.world import Sandbox
from tests.sandbox.testapp import TestApp

OLENA, ANNA, BORIS, PETRA = 1, 6, 8, 12
Rest = Callable[..., Any]


@pytest.fixture(scope="session")
def testapp() -> Iterator[TestApp]:
    with TestApp() as app:
        yield app


@pytest.fixture
def sandbox(testapp: TestApp) -> Iterator[Sandbox]:
    testapp.launches.clear()
    testapp.posts.clear()
    with start(app_url=testapp.url) as running:
        yield running


@pytest.fixture
def acme(sandbox: Sandbox) -> Portal:
    return sandbox.portal("acme")


class Caller:
    """Calls REST as an employee; `call` gives the envelope, `ok` the result, `error` code and status."""

    def __init__(self, portal: Portal, user_id: int) -> None:
        self.portal = portal
        self.access = portal.token_for(user_id).access

    def response(self, method: str, **params: Any) -> requests.Response:
        body = params | {"auth": self.access}
        return requests.post(f"{self.portal.url}/rest/{method}", json=body, timeout=10)

    def call(self, method: str, **params: Any) -> Any:
        return self.response(method, **params).json()

    def ok(self, method: str, **params: Any) -> Any:
        envelope = self.call(method, **params)
        assert "error" not in envelope, envelope
        return envelope["result"]

    def error(self, method: str, **params: Any) -> tuple[str, int]:
        response = self.response(method, **params)
        assert "error" in response.json(), response.text
        return response.json()["error"], response.status_code

    def batch(self, cmd: Any, **params: Any) -> Any:
        return self.ok("batch", cmd=cmd, **params)


@pytest.fixture
def olena(acme: Portal) -> Caller:
    return Caller(acme, OLENA)


@pytest.fixture
def anna(acme: Portal) -> Caller:
    return Caller(acme, ANNA)


@pytest.fixture
def boris(acme: Portal) -> Caller:
    return Caller(acme, BORIS)


@pytest.fixture
def vera(sandbox: Sandbox) -> Caller:
    return Caller(sandbox.portal("globex"), 1)
