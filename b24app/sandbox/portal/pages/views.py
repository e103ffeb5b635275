"""The portal's pages: cards, lists of leads and deals, application page."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from b24app.sandbox.portal.fields import LEAD, STAGES, TYPE_IDS
from b24app.sandbox.portal.pages import session
from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.portal.rest.items import is_readable
from b24app.sandbox.portal.rest.registry import Context


class Views:
    """The routes of one portal."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def register(self, app: Flask) -> None:
        app.add_url_rule("/", "home", self.home)
        app.add_url_rule("/crm/<kind>/details/<int:number>/", "card", self.card)
        app.add_url_rule("/crm/lead/list/", "leads", self.leads)
        app.add_url_rule("/crm/deal/list/", "deals", self.deals)
        app.add_url_rule("/marketplace/app/<client_id>/", "app_page", self.app_page)
        app.add_url_rule("/marketplace/view/<client_id>/", "app_uri", self.app_uri)

    def home(self) -> BaseResponse:
        return redirect("/crm/lead/details/77/" if self.portal.crm.get(LEAD, 77) else "/crm/lead/list/")

    def card(self, kind: str, number: int) -> Response:
        type_id = TYPE_IDS.get(kind.upper())
        item = self.portal.crm.get(type_id, number) if type_id else None
        if item is None:
            abort(404)
        context = Context(self.portal, session.current_user(self.portal), {})
        title = item.title if is_readable(context, item) else kind.capitalize()
        return self._page("card.html", title=title, kind=kind, page={"type": type_id, "id": number})

    def leads(self, open_uri: str = "") -> Response:
        return self._list("lead", open_uri)

    def deals(self) -> Response:
        return self._list("deal")

    def _list(self, kind: str, open_uri: str = "") -> Response:
        type_id, context = TYPE_IDS[kind.upper()], Context(self.portal, session.current_user(self.portal), {})
        items = [item for item in self.portal.crm.of_type(type_id) if is_readable(context, item)]
        known = [row for row in self.portal.crm.statuses if row["ENTITY_ID"] == STAGES[type_id]]
        return self._page(
            "items.html",
            kind=kind,
            items=items,
            stages={row["STATUS_ID"]: row for row in known},
            employees=self.portal.employees,
            page={"openUri": open_uri},
        )

    def app_page(self, client_id: str) -> Response:
        """Menu item of the application: install page for an administrator until installFinish, then the main page."""
        app = self.portal.apps.get(client_id)
        if app is None or app.removed:
            abort(404)
        closed = not app.installed and not session.current_user(self.portal).admin
        return self._page("app.html", app=app, closed=closed, page={"clientId": client_id, "closed": closed})

    def app_uri(self, client_id: str) -> Response:
        """A REST_APP_URI link followed on its own: the list of leads with the slider on top."""
        return self.leads(f"/marketplace/view/{client_id}/?{request.query_string.decode()}")

    def _page(self, template: str, **values: Any) -> Response:
        portal = self.portal
        html = render_template(
            template,
            portal=portal,
            me=session.current_user(portal),
            language=session.current_language(portal),
            languages=session.LANGUAGES,
            embedded=request.args.get("IFRAME") == "Y",
            menu_apps=[app for app in portal.apps.values() if not app.removed and not app.api_only],
            **values,
        )
        return session.remember(portal, make_response(html))
