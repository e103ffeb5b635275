"""Speak to a portal with tokens that came along and were proven, before anything is stored."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from b24app.bitrix.client import AppCredentials, Portal, Token
from b24app.bitrix.exchanges import Whose
from b24app.bitrix.oauth import Proof, TokenPair
from b24app.services.context import Context


@dataclass
class _HeldToken:
    """A token store of one token that is never renewed: without a refresh token the client asks for reconnection."""

    token: Token

    def load(self) -> Token:
        return self.token

    def locked(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def save(self, _pair: TokenPair) -> None:
        raise AssertionError("a held token is never renewed")

    def moved(self, new_endpoint: str) -> None:
        """The next proof tells the new address as well."""

    def dead(self, reason: str) -> None:
        """Nothing is stored that could be marked."""


class NoLimit:
    """One or two calls at an installation need no bucket."""

    def take(self) -> None: ...

    def empty(self) -> None: ...


def visiting_client(ctx: Context, proof: Proof, access_token: str) -> Portal:
    """Make a client whose address and user come from the proof."""
    token = Token(access_token, lambda: "", proof.expires_at, proof.client_endpoint)
    credentials, whose = AppCredentials(proof.client_id, lambda: ""), Whose(proof.member_id, proof.user_id)
    return Portal(ctx.transport, ctx.oauth, _HeldToken(token), credentials, NoLimit(), ctx.now, whose)
