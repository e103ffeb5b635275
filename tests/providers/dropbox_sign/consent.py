"""A person's consent on Dropbox Sign's page, and the keys that come of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from b24app.providers.dropbox_sign import listed
from b24app.providers.room import CODE, RETURN_TO, STATE
from tests.providers.dropbox_sign.stage import APP_URL, a_room
from tests.providers.scene import MovedClock

BACK = f"{APP_URL}/dropbox-sign/oauth"


class Drawer:
    """Keys in memory, renewed by one at a time."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self.secrets = dict(secrets)
        self.trades = 0
        self._lock = threading.Lock()

    def renew(
        self, stale: Mapping[str, str], trade: Callable[[Mapping[str, str]], Mapping[str, str]]
    ) -> Mapping[str, str]:
        with self._lock:
            if self.secrets == dict(stale):
                self.trades += 1
                self.secrets = dict(trade(self.secrets))
            return dict(self.secrets)


def consent(service, answer: str = "allow") -> dict[str, str]:
    """Go to Dropbox Sign's page as the settings page sends a person there, and come back."""
    way = listed(service.url).ways_in[1]
    assert way.begin is not None
    page = way.begin({}, {"client_id": service.app.client_id}, "state-1", BACK)
    form = {"account": service.account.email, "answer": answer}
    back = requests.post(page, data=form, timeout=10, allow_redirects=False).headers["Location"]
    assert back.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


def came_back(service) -> dict[str, str]:
    told = consent(service)
    return {"client_secret": service.app.secret, CODE: told["code"], STATE: told["state"], RETURN_TO: BACK}


def by_consent(service, drawer: Drawer, clock: MovedClock | None = None, **settings: object) -> Any:
    given = {"auth": "oauth_code", "client_id": service.app.client_id, **settings}
    return a_room(service, secrets=drawer.secrets, keys=drawer, clock=clock, **given)  # type: ignore[arg-type]
