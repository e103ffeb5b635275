"""The Document button's extensions: the composer in a slider."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from b24app.bitrix.inbound import Launch
from b24app.web.composer import composer_page
from b24app.web.guards import Caller, launch_required

SUFFIX = "DOCUMENTGENERATOR_BUTTON"
TYPES = ("LEAD", "DEAL")
TITLE = {"en": "Send for signature", "uk": "Надіслати на підпис"}

bp = Blueprint("document_menu", __name__)


@bp.route("/placements/document-menu", methods=["GET", "POST"])
@launch_required
def show(caller: Caller, launch: Launch) -> ResponseReturnValue:
    return composer_page(caller, "placements/document_menu.html")
