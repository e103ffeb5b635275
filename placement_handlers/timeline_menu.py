"""The menu of a timeline record: the composer in a slider."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from b24app.bitrix.inbound import Launch
from b24app.web.composer import composer_page
from b24app.web.guards import Caller, launch_required

SUFFIX = "ACTIVITY_TIMELINE_MENU"
TYPES = ("LEAD", "DEAL")
TITLE = {"en": "Send for signature", "uk": "Надіслати на підпис"}

bp = Blueprint("timeline_menu", __name__)


@bp.route("/placements/timeline-menu", methods=["GET", "POST"])
@launch_required
def show(caller: Caller, launch: Launch) -> ResponseReturnValue:
    return composer_page(caller, "placements/timeline_menu.html")
