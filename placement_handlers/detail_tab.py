"""The card's own tab: its requests, or the composer while there are none. Inline: the frame grows with the page."""

from __future__ import annotations

from flask import Blueprint, render_template, session
from flask.typing import ResponseReturnValue

from b24app.bitrix.inbound import Launch
from b24app.web.composer import composer_page
from b24app.web.guards import Caller, launch_required
from b24app.web.listing import list_page

SUFFIX = "DETAIL_TAB"
TYPES = ("LEAD", "DEAL")
TITLE = {"en": "Signatures", "uk": "Підписи"}

bp = Blueprint("detail_tab", __name__)


@bp.route("/placements/detail-tab", methods=["GET", "POST"])
@launch_required
def show(caller: Caller, launch: Launch) -> ResponseReturnValue:
    session["surface"] = "tab"
    page = list_page(caller, "/requests/") if caller.entity else None
    if page is None or not page.listing.lines:
        return composer_page(caller, "placements/detail_tab.html")
    return render_template("placements/detail_tab.html", page=page)
