"""python -m b24app.sandbox --base-port 8800 --app-url http://localhost:8700 [--apps-file PATH] [--installed]"""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from b24app.sandbox.world import PORTS, Sandbox, start


def main() -> None:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(prog="b24app.sandbox", description="A Bitrix24 in small, with OAuth and a mailbox")
    parser.add_argument("--base-port", type=int, default=8800, help=f"first of {PORTS} ports (default 8800)")
    parser.add_argument("--app-url", default="http://localhost:8700", help="where the application listens")
    parser.add_argument("--apps-file", type=Path, help="write client ids and secrets here as JSON")
    parser.add_argument("--installed", action="store_true", help="start with the application marked as set up")
    parser.add_argument("--api-only", action="store_true", help="POST ONAPPINSTALL instead of an install page")
    parser.add_argument("--no-limits", action="store_true", help="no limits of calls anywhere")
    options = parser.parse_args()
    sandbox = start(options.app_url, options.base_port)
    _prepare(sandbox, options)
    print(_summary(sandbox), flush=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    sandbox.stop()


def _prepare(sandbox: Sandbox, options: argparse.Namespace) -> None:
    if options.apps_file:
        sandbox.write_apps(options.apps_file)
    for service in (sandbox.dropbox_sign, sandbox.docusign):
        service.windows.enforced = not options.no_limits
    for portal in sandbox.portals.values():
        if options.no_limits:
            portal.bucket.size = portal.bucket.drain_per_s = 1e9
        if options.installed:
            portal.lifecycle.finish_install()
        if options.api_only:
            portal.lifecycle.install_api_only()


def _summary(sandbox: Sandbox) -> str:
    lines = [f"Start page       {sandbox.control.url}"]
    lines += [f"{portal.title:<17}{portal.url}" for portal in sandbox.portals.values()]
    lines += [
        f"OAuth            {sandbox.oauth.url}",
        f"Mailbox          {sandbox.mailbox.url}  (SMTP {sandbox.mailbox.smtp_url})",
    ]
    sign, docusign = sandbox.dropbox_sign, sandbox.docusign
    lines += [
        f"Dropbox Sign     {sign.url}  (API key {sign.account.api_key})",
        f"DocuSign         {docusign.url}  (integration key {docusign.integration.client_id})",
        f"DocuSign auth    {docusign.auth.url}",
    ]
    lines += [f"{app['portal']}: {app['client_id']}  {app['client_secret']}" for app in sandbox.apps]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
