"""Whose address the audit trail keeps: the signer's own, also behind a proxy, and never one that he writes himself."""

from __future__ import annotations

from pathlib import Path

import pytest

from b24app import create_app
from b24app.settings import Settings

from .signing_scene import PLAIN, send

SIGNER, PROXY = "203.0.113.7", "10.0.0.2"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "kept"),
    [
        (1, SIGNER, SIGNER),
        (1, f"198.51.100.66, {SIGNER}", SIGNER),  # what stands before the last comma anybody can have written
        (2, f"198.51.100.66, {SIGNER}, 10.0.0.3", SIGNER),
        (0, "198.51.100.66", PROXY),
    ],
)
def test_the_address_is_the_one_that_our_outermost_proxy_saw(tmp_path: Path, proxies: int, forwarded: str, kept: str):
    app = create_app(Settings(data_dir=str(tmp_path), client_id="app", log_level="WARNING", proxies=proxies))
    sent = send(app, PLAIN)
    app.test_client().post(
        f"/s/{sent.token}/consent",
        data={"agree": "yes"},
        headers={"X-Forwarded-For": forwarded},
        environ_base={"REMOTE_ADDR": PROXY},
    )
    assert sent.event("signer_consented")["ip"] == kept
