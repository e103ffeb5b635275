"""The menu beside the card's Document button: the composer in a slider."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from b24app.bitrix.inbound import Launch
from b24app.web.composer import composer_page
from b24app.web.guards import Caller, launch_required

SUFFIX = "DETAIL_TOOLBAR"
TYPES = ("LEAD", "DEAL")
TITLE = {"en": "Send for signature", "uk": "Надіслати на підпис"}

bp = Blueprint("detail_toolbar", __name__)


@bp.route("/placements/detail-toolbar", methods=["GET", "POST"])
@launch_required
def show(caller: Caller, launch: Launch) -> ResponseReturnValue:
    return composer_page(caller, "placements/detail_toolbar.html")
