"""Keys are rotated: every stored secret under the newest one, and the old one can go."""

from __future__ import annotations

import json
import re

import pytest
from cryptography.fernet import Fernet

from b24app.services.relock_secrets import relock_secrets
from b24app.store import portals, relocking
from b24app.store.database import reading, writing
from b24app.store.relocking import Relocking
from b24app.store.tables import Portal, PortalToken
from b24app.store.vault import Vault
from tests import databases
from tests.archive.conftest import Places
from tests.archive.filling import contents, fill
from tests.command_line import run
from tests.portal_room import ANNA, add_portal

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
LOCKED = re.compile(r"gAAAAA[\w-]+=*")


@pytest.fixture(params=databases.KINDS)
def filled(request: pytest.FixtureRequest, places: Places) -> Places:
    places.kinds["here"] = request.param
    fill(places.open("here", secret_keys=OLD), "acme")
    return places


def test_every_secret_of_every_table_is_under_the_newest_key(filled: Places):
    before = len(LOCKED.findall(json.dumps(contents("acme"), default=repr)))
    done = relock_secrets(filled.open("here", secret_keys=f"{NEW},{OLD}"))
    locked = LOCKED.findall(json.dumps(contents("acme"), default=repr))
    assert (len(locked), done.unreadable) == (before, 0)
    assert {Vault([NEW]).unlock(one) for one in locked} == {"acme"}


def test_a_second_time_there_is_nothing_to_do(filled: Places):
    ctx = filled.open("here", secret_keys=f"{NEW},{OLD}")
    assert relock_secrets(ctx).done > 0
    assert relock_secrets(ctx).done == 0


def test_a_secret_that_was_renewed_meanwhile_is_not_overwritten(filled: Places):
    ctx = filled.open("here", secret_keys=f"{NEW},{OLD}")
    add_portal(filled.open("here", secret_keys=OLD), "vera")
    with reading():
        changes = relocking.find(PortalToken, Relocking(ctx.vault))
    with writing():
        portals.save_token("vera", ANNA, access=ctx.vault.lock("newer"), refresh=ctx.vault.lock("newer"), expires_at=9)
    assert [relocking.carry_out(PortalToken, change) for change in changes] == [False]
    with reading():
        assert ctx.vault.unlock(portals.token("vera", ANNA).access_token) == "newer"


def test_the_command_says_what_it_did_and_fails_for_a_secret_without_a_key(places: Places):
    fill(places.open("here", secret_keys=OLD), "acme")
    places.leave()
    lost = run(places.directory / "here", "relock", SECRET_KEYS=NEW)
    assert (lost.returncode, "open with none of PARAPH_SECRET_KEYS" in lost.stderr) == (1, True)
    done = run(places.directory / "here", "relock", SECRET_KEYS=f"{NEW},{OLD}")
    assert (done.returncode, "are under the newest now" in done.stdout) == (0, True)
    places.open("here", secret_keys=NEW)
    with reading():
        assert Vault([NEW]).unlock(Portal.get().settings["secret"]) == "acme"
