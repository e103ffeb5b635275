"""Links from notifications into the application (`/marketplace/view/<code>/?params[request]=...`), in a slider."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from b24app.bitrix.inbound import Launch
from b24app.web.app_home import answer_launch
from b24app.web.guards import Caller, launch_required

SUFFIX = "REST_APP_URI"
TYPES: tuple[str, ...] = ()
TITLE = {"en": "Paraph", "uk": "Paraph"}

bp = Blueprint("deep_link", __name__)


@bp.route("/placements/deep-link", methods=["GET", "POST"])
@launch_required
def show(caller: Caller, launch: Launch) -> ResponseReturnValue:
    return answer_launch(caller, launch, "placements/deep_link.html")
