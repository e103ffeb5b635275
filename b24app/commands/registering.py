"""What Bitrix24 must know of the application and the application of it: apps, manifest."""

from __future__ import annotations

import argparse
import getpass
import sys

from b24app.commands import Commands, add
from b24app.errors import ConfigError
from b24app.settings import Settings


def register(commands: Commands) -> None:
    apps = add(commands, "apps", _apps, "local applications: each portal's own client_id and secret")
    apps.add_argument("what", choices=("add", "list"))
    apps.add_argument("client_id", nargs="?")
    add(commands, "manifest", _manifest, "print what to paste when registering").add_argument("url")


def _apps(arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.services.register_application import list_applications, register_application
    from b24app.wiring import wire

    ctx = wire(settings)
    if arguments.what == "list":
        print("\n".join(list_applications(ctx)) or "No local application is registered.")
        return 0
    if not arguments.client_id:
        raise ConfigError("Name the client_id: python -m b24app apps add local.5f...")
    secret = getpass.getpass("client_secret: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    register_application(ctx, arguments.client_id, secret)
    print(f"{arguments.client_id} is registered.")
    return 0


def _manifest(arguments: argparse.Namespace, _settings: Settings) -> int:
    from b24app.manifest import registration_sheet

    print(registration_sheet(arguments.url))
    return 0
