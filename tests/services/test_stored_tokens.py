"""What an employee's stored tokens may become: a refreshed pair of his own, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from b24app.bitrix.oauth import TokenPair
from b24app.clock import to_ms
from b24app.errors import ReconnectNeeded
from b24app.services.stored_tokens import StoredTokens
from b24app.store import portals
from b24app.store.database import reading, writing
from tests.office import ANNA, BORIS, OLENA, Office


@pytest.fixture
def acme(office: Office):
    with reading():
        return portals.get(office.sandbox.portal("acme").member_id)


def test_a_colleagues_refresh_token_that_came_with_a_launch_is_never_used(office: Office, acme):
    theirs = office.sandbox.portal("acme").token_for(ANNA).refresh
    assert office.launch("/", user=BORIS, REFRESH_ID=theirs).status == 200
    with writing():
        row = portals.token(acme.member_id, BORIS)
        row.expires_at = to_ms(office.ctx.now()) - 1
        row.save()
    with pytest.raises(ReconnectNeeded):
        office.ctx.rest(acme, BORIS).call("profile")
    assert portals.token(acme.member_id, BORIS).dead_at is not None
    assert office.ctx.rest(acme, OLENA).call("profile").result


@pytest.mark.parametrize("change", [{"member_id": "globex"}, {"member_id": ""}, {"user_id": ANNA}], ids=str)
def test_another_portals_pair_does_not_move_this_one(office: Office, acme, change):
    """A marketplace application has one client_id everywhere: a token of the attacker's own portal can be planted."""
    store = StoredTokens(office.ctx.vault, office.ctx.now, acme.member_id, BORIS)
    expires_at = office.ctx.now() + timedelta(hours=1)
    own = TokenPair("a", "r", expires_at, "https://evil.example/rest/", acme.member_id, BORIS, frozenset())
    with pytest.raises(ReconnectNeeded):
        store.save(replace(own, **change))
    assert portals.get(acme.member_id).client_endpoint == acme.client_endpoint
    assert portals.token(acme.member_id, BORIS).dead_at is not None
