"""Look at what has happened: rest-log."""

from __future__ import annotations

import argparse
import os
import re
import sys
from datetime import timedelta

from b24app.commands import Commands, add
from b24app.settings import Settings


def register(commands: Commands) -> None:
    rest_log = add(commands, "rest-log", _rest_log, "print what was asked of Bitrix24 in the last three days")
    rest_log.add_argument("--portal", default="", help="the portal's member_id")
    rest_log.add_argument("--since", type=_ago, default="3d", metavar="AGO", help="30m, 2h or 3d (all there is)")
    rest_log.add_argument("--method", default="*", help="such as crm.*; a batch fits when one of its steps does")
    rest_log.add_argument("--errors", action="store_true", help="only what was refused or failed")


def _ago(words: str) -> timedelta:
    """Read 30m, 2h or 3d."""
    found = re.fullmatch(r"(\d{1,4})([mhd])", words)
    if not found:
        raise argparse.ArgumentTypeError(f"{words!r} is not like 30m, 2h or 3d")
    return timedelta(minutes=int(found[1]) * {"m": 1, "h": 60, "d": 1440}[found[2]])


def _rest_log(arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.bitrix.rest_log import Wanted, read
    from b24app.clock import utc_now

    wanted = Wanted(utc_now() - arguments.since, arguments.portal, arguments.method, arguments.errors)
    try:
        for line in read(settings.rest_log, wanted):
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
