"""Everything on one machine: the sandbox, the application installed in its portals, the worker; one address.

The application is installed as an administrator's browser would do it: by opening the install page in a frame.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from http import HTTPStatus

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from b24app.clock import monotonic_s
from b24app.errors import ConfigError
from b24app.sandbox.portal.frames import frame, main_opening
from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.world import PORTS, Sandbox, start

ADMIN, ANNA, LEAD = 1, 6, 77
SHOWN = "acme"
Answers = Mapping[str, str]
SANDBOX = 100  # the sandbox's first port lies so far above the application's
START_S, STOP_S, HTTP_S = 60, 15, 60
SEARCH_S = 0.1


def run_demo(port: int) -> int:
    """Run until interrupted; what the demo stored is thrown away at the end."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    app_url = f"http://localhost:{port}"
    _require_free([port, *range(port + SANDBOX, port + SANDBOX + PORTS)])
    with tempfile.TemporaryDirectory(prefix="paraph-demo-") as directory, start(app_url, port + SANDBOX) as sandbox:
        environment = {
            **os.environ,
            **sandbox.settings(),
            "PARAPH_PUBLIC_URL": app_url,
            "PARAPH_BIND": f"127.0.0.1:{port}",
            "PARAPH_DATA_DIR": directory,
            "PARAPH_MAIL_FROM": "Paraph <signatures@paraph.example>",
            "PARAPH_LOG_LEVEL": os.environ.get("PARAPH_LOG_LEVEL", "WARNING"),
        }
        register(sandbox, environment)
        processes = [_run(environment, "serve"), _run(environment, "worker")]
        try:
            wait_until_up(app_url, processes)
            for portal in sandbox.portals.values():
                install(portal, app_url)
            connect_services(sandbox.portal(SHOWN), app_url, service_accounts(sandbox))
            print(_words(sandbox), flush=True)
            return _wait(stop, processes)
        finally:
            _end(processes)


def register(sandbox: Sandbox, environment: Mapping[str, str]) -> None:
    """Make the portals' local applications known, as an operator does."""
    for app in sandbox.apps:
        command = [sys.executable, "-m", "b24app", "apps", "add", app["client_id"]]
        subprocess.run(
            command, env=environment, input=app["client_secret"], text=True, check=True, stdout=subprocess.DEVNULL
        )


def install(portal: Portal, app_url: str) -> None:
    """Open the install page as the portal's administrator, connect, keep the proposed answers, finish."""
    opening = frame(portal, main_opening(portal, portal.app, portal.employees[ADMIN], "en", {}))
    page = _post(opening["action"], opening["fields"])
    answers = FormValues.read(page)
    _post(f"{app_url}/install/connect", answers)
    _post(f"{app_url}/install/finish", answers)
    portal.lifecycle.finish_install()


def service_accounts(sandbox: Sandbox) -> dict[str, Answers]:
    """The accounts that the signing services' stand-ins have: "provider/way in" -> the answers to its questions."""
    integration, user = sandbox.docusign.integration, sandbox.docusign.user
    private, public = _key_pair()
    integration.public_keys.append(public)
    integration.consents[user.user_id] = {"signature", "impersonation"}
    docusign = {
        "environment": "demo", "integration_key": integration.client_id, "user_id": user.user_id,
        "private_key": private, "connect_key": sandbox.docusign.account.hmac_keys[0],
    }  # fmt: skip
    return {"dropbox_sign/api_key": {"api_key": sandbox.dropbox_sign.account.api_key}, "docusign/jwt": docusign}


def connect_services(portal: Portal, app_url: str, accounts: Mapping[str, Answers]) -> None:
    """Connect accounts as the portal's administrator does; services that the application does not know are left out."""
    opening = frame(portal, main_opening(portal, portal.app, portal.employees[ADMIN], "en", {}))
    session = FormValues.read(_post(opening["action"], opening["fields"]))
    for way, answers in accounts.items():
        given = {f"q-{name}": text for name, text in answers.items()}
        answer = requests.post(
            f"{app_url}/settings/services/add", data={**session, "way": way, **given}, timeout=HTTP_S
        )
        if answer.status_code != HTTPStatus.NOT_FOUND:
            answer.raise_for_status()


def _key_pair() -> tuple[str, str]:
    """A fresh RSA key and its public half, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    kind = serialization.PrivateFormat.TraditionalOpenSSL
    private = key.private_bytes(serialization.Encoding.PEM, kind, plain)
    format_ = serialization.PublicFormat.SubjectPublicKeyInfo
    return private.decode(), key.public_key().public_bytes(serialization.Encoding.PEM, format_).decode()


def wait_until_up(app_url: str, processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Raises: ConfigError when a process ends, or nobody answers in time."""
    until = monotonic_s() + START_S
    while monotonic_s() < until:
        if any(process.poll() is not None for process in processes):
            raise ConfigError("The application ended while it was starting; its words above say why.")
        try:
            if requests.get(f"{app_url}/readyz", timeout=HTTP_S).ok:
                return
        except requests.ConnectionError:
            threading.Event().wait(SEARCH_S)
    raise ConfigError("The application does not answer at %(url)s.", url=app_url)


class FormValues(HTMLParser):
    """The values a browser would send for all the fields of a page; a later field of a name wins."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._textarea = ""

    @classmethod
    def read(cls, page: str) -> dict[str, str]:
        parser = cls()
        parser.feed(page)
        return parser.values

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        name = known.get("name") or ""
        ticked = known.get("type") not in ("checkbox", "radio") or "checked" in known
        if tag == "input" and name and ticked:
            self.values[name] = known.get("value") or ("on" if known.get("type") == "checkbox" else "")
        elif tag == "textarea":
            self._textarea = name
            self.values[name] = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.values[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""


def _require_free(ports: Sequence[int]) -> None:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise ConfigError(
                    "Port %(port)s is taken by another program. Choose others: make demo PORT=9700.", port=port
                ) from error


def _post(url: str, data: Mapping[str, str]) -> str:
    answer = requests.post(url, data=data, timeout=HTTP_S)
    answer.raise_for_status()
    return answer.text


def _run(environment: Mapping[str, str], command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "b24app", command], env=environment, start_new_session=True)


def _wait(stop: threading.Event, processes: Sequence[subprocess.Popen[bytes]]) -> int:
    while not stop.wait(1):
        if any(process.poll() is not None for process in processes):
            return 1
    return 0


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()


def _words(sandbox: Sandbox) -> str:
    card = f"{sandbox.portal('acme').url}/crm/lead/details/{LEAD}/?as={ANNA}"
    return (
        f"\nOpen this lead's card:  {card}\n\n"
        f"  Letters to the signers arrive at {sandbox.mailbox.url}\n"
        f"  Everything else is at {sandbox.control.url}   (Ctrl+C ends the demo)\n"
    )
