"""Renewal of a frame's session, and the legal pages."""

from __future__ import annotations

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from tests.office import ANNA, BORIS, Office, Page


class YesterdaysSigner(TimestampSigner):
    def get_timestamp(self) -> int:
        return super().get_timestamp() - 24 * 3600


def run_out(office: Office, token: str) -> str:
    """The same session as it was signed a day ago."""
    interface = office.app.session_interface
    keys = list(reversed(office.app.extensions["paraph"].vault.signing_keys))
    old = URLSafeTimedSerializer(keys, salt="paraph-frame", signer=YesterdaysSigner)
    return str(old.dumps(interface.load_expired(token)))


def renew(office: Office, page: Page, user: int, **changes: str):
    world = office.sandbox.portal("acme")
    grant = world.token_for(user, world.app)
    tokens = {"AUTH_ID": grant.access, "REFRESH_ID": grant.refresh, "AUTH_EXPIRES": "3600"}
    tokens["session"] = page.meta("paraph-session")
    return office.client.post("/frame/renew", data=tokens | changes)


def test_fresh_tokens_of_the_same_employee_renew_the_session(office: Office, page: Page):
    answer = renew(office, page, ANNA)
    assert answer.status_code == 200
    fresh = answer.get_json()
    headers = {"X-Paraph-Session": fresh["token"], "X-CSRFToken": fresh["csrf"]}
    assert office.client.post("/requests/", headers=headers).status_code == 200


def test_a_session_that_has_run_out_can_still_be_renewed(office: Office, page: Page):
    old = run_out(office, page.meta("paraph-session"))
    assert office.client.post("/requests/", headers={"X-Paraph-Session": old}).status_code == 403
    assert renew(office, page, ANNA, session=old).status_code == 200


@pytest.mark.parametrize("changes", [{"AUTH_ID": "forged"}, {"session": "forged"}, {"session": ""}])
def test_a_renewal_must_be_proven(office: Office, page: Page, changes):
    assert renew(office, page, ANNA, **changes).status_code in (403, 502)


def test_a_colleagues_tokens_do_not_renew_his_session(office: Office, page: Page):
    assert renew(office, page, BORIS).status_code == 403


@pytest.mark.parametrize("name", ["terms", "privacy"])
def test_legal_pages_are_public(office: Office, name):
    answer = office.client.get(f"/legal/{name}")
    assert answer.status_code == 200
    assert f'data-testid="{name}"' in answer.get_data(as_text=True)
