from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from b24app.bitrix.client import AppCredentials, Portal, Token
from b24app.bitrix.exchanges import LogEntry
from b24app.bitrix.oauth import OAuthServer, TokenPair
from b24app.bitrix.transport import Transport
from tests.bitrix.server import Server

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


class Tokens:
    """A token store in memory: what store/ does with a row and a lock."""

    def __init__(self, endpoint: str, *, access: str = "at-1", refresh: str = "rt-1", life_s: int = 3600) -> None:
        self.token = Token(access, lambda: refresh, NOW + timedelta(seconds=life_s), endpoint)
        self.saved: list[TokenPair] = []
        self.buried: list[str] = []
        self._lock = threading.Lock()

    def load(self) -> Token:
        return self.token

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self._lock:
            yield

    def save(self, pair: TokenPair) -> None:
        self.saved.append(pair)
        self.token = Token(pair.access_token, lambda: pair.refresh_token, pair.expires_at, pair.client_endpoint)

    def moved(self, new_endpoint: str) -> None:
        self.token = replace(self.token, client_endpoint=new_endpoint)

    def dead(self, reason: str) -> None:
        self.buried.append(reason)


class Limiter:
    """Lets everything through and counts."""

    def __init__(self) -> None:
        self.taken = 0
        self.emptied = 0

    def take(self) -> None:
        self.taken += 1

    def empty(self) -> None:
        self.emptied += 1


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def log() -> list[LogEntry]:
    return []


@pytest.fixture
def transport(log: list[LogEntry]) -> Iterator[Transport]:
    door = Transport(
        allow_private=True,
        user_agent="Paraph/1.0",
        timeout_s=(1.0, 0.5),
        max_body_bytes=100_000,
        total_s=1.0,
        log=log.append,
    )
    yield door
    door.close()


@pytest.fixture
def oauth(transport: Transport, server: Server) -> OAuthServer:
    return OAuthServer(transport, server.url, now=lambda: NOW)


@pytest.fixture
def tokens(server: Server) -> Tokens:
    return Tokens(server.rest)


@pytest.fixture
def limiter() -> Limiter:
    return Limiter()


@pytest.fixture
def portal(transport: Transport, oauth: OAuthServer, tokens: Tokens, limiter: Limiter) -> Portal:
    return Portal(transport, oauth, tokens, AppCredentials("app.1", lambda: "secret-1"), limiter, lambda: NOW)
