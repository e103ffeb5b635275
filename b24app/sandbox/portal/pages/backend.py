"""What the pages' script asks the portal: `/-/…`, JSON in and out. Not part of Bitrix24's API."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, abort, jsonify, request

from b24app.sandbox.portal import frames
from b24app.sandbox.portal.crm import Item
from b24app.sandbox.portal.fields import TYPE_NAMES
from b24app.sandbox.portal.pages import clicks, session, state
from b24app.sandbox.portal.placements import Placement
from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.portal.rest import item_write
from b24app.sandbox.portal.rest.items import is_readable
from b24app.sandbox.portal.rest.registry import Context


class Backend:
    """The routes of one portal."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def register(self, app: Flask) -> None:
        app.add_url_rule("/-/state", "state", self.state)
        app.add_url_rule("/-/bell", "bell", self.bell)
        app.add_url_rule("/-/users", "users", self.users)
        app.add_url_rule("/-/crm", "crm", self.crm)
        for path, act in {
            "frame": self.frame,
            "refresh": self.refresh,
            "option": self.option,
            "install-finish": self.install_finish,
            "action": self.action,
            "edit": self.edit,
            "comment": self.comment,
            "read": self.read,
            "unpin": self.unpin,
            "complete": self.complete,
        }.items():
            app.add_url_rule(f"/-/{path}", path, act, methods=["POST"])

    # -- reading ------------------------------------------------------------------------------------------------

    def state(self) -> Response:
        """The card; {"unchanged": true} when the page has this version already."""
        user = session.current_user(self.portal)
        with self.portal.lock:
            item = self._item()
            if not is_readable(self._context(), item):
                return jsonify({"denied": True, **state.bell(self.portal, user)})
            return jsonify(state.card_state(self.portal, item, user, session.current_language(self.portal)))

    def bell(self) -> Response:
        with self.portal.lock:
            return jsonify(state.bell(self.portal, session.current_user(self.portal)))

    def users(self) -> Response:
        """Employees for the selection dialogs."""
        chosen = [user for user in self.portal.employees.values() if user.active and not user.is_extranet]
        return jsonify(
            [{"id": user.id, "name": user.full_name, "position": user.position, "color": user.color} for user in chosen]
        )

    def crm(self) -> Response:
        """Items of one type for selectCRM: ?type=contact."""
        type_id = next((number for number, name in TYPE_NAMES.items() if name.lower() == request.args.get("type")), 0)
        return jsonify([{"id": item.id, "title": item.title} for item in self.portal.crm.of_type(type_id)])

    # -- frames -------------------------------------------------------------------------------------------------

    def frame(self) -> Response:
        """Build a frame. Body: {kind: "placement"|"main"|"uri", id, clientId, options, uri}."""
        given = self._json()
        user, language = session.current_user(self.portal), session.current_language(self.portal)
        with self.portal.lock:
            options = dict(given.get("options") or {})
            if given.get("uri"):
                options.setdefault("URI", given["uri"])
            if given.get("kind") == "main":
                app = self._app(given)
                opening = frames.main_opening(self.portal, app, user, language, options)
                return jsonify(frames.frame(self.portal, opening))
            placement = self._placement(given)
            app = self.portal.apps[placement.client_id]
            opening = frames.Opening(app, placement.handler, placement.code, options, user, language)
            return jsonify(frames.frame(self.portal, opening))

    def _placement(self, given: dict[str, Any]) -> Placement:
        """By number, or the REST_APP_URI handler of an application."""

        def fits(one: Placement) -> bool:
            if given.get("kind") == "uri":
                return one.code == "REST_APP_URI" and one.client_id == given.get("clientId")
            return one.id == given.get("id")

        found = [one for one in self.portal.placements if fits(one) and self.portal.apps[one.client_id].installed]
        return found[0] if found else abort(404)

    def _app(self, given: dict[str, Any]) -> Any:
        app = self.portal.apps.get(str(given.get("clientId")))
        if app is None or app.removed:
            abort(404)
        return app

    def refresh(self) -> Response:
        """refreshAuth: fresh tokens for the employee who looks; false when the application is gone."""
        app = self.portal.apps.get(str(self._json().get("clientId")))
        if app is None or app.removed:
            return jsonify(False)
        grant = self.portal.token_for(session.current_user(self.portal).id, app)
        return jsonify({"AUTH_ID": grant.access, "AUTH_EXPIRES": str(grant.remaining_s), "REFRESH_ID": grant.refresh})

    def option(self) -> Response:
        """setAppOption (administrator) and setUserOption."""
        given, user = self._json(), session.current_user(self.portal)
        app = self._app(given)
        if given.get("of") == "app":
            if not user.admin:
                abort(403)
            app.options[str(given["name"])] = given.get("value")
            return jsonify(app.options)
        app.user_options.setdefault(user.id, {})[str(given["name"])] = given.get("value")
        return jsonify(app.user_options[user.id])

    def install_finish(self) -> Response:
        app = self._app(self._json())
        done = session.current_user(self.portal).admin and self.portal.lifecycle.finish_install(app)
        return jsonify({"finished": "Y" if done else "N"})

    # -- the employee's own work --------------------------------------------------------------------------------

    def action(self) -> Response:
        """A click on a restEvent. Body: {activityId, action}."""
        given = self._json()
        with self.portal.lock:
            done = clicks.rest_event(
                self.portal, int(given["activityId"]), given["action"], session.current_user(self.portal).id
            )
        return jsonify({"sent": done})

    def edit(self) -> Response:
        """Change one field or property of the card, as the employee. Body: {type, id, name, value}."""
        given, user = self._json(), session.current_user(self.portal)
        with self.portal.lock:
            item = self._item(given)
            context = self._context()
            if not is_readable(context, item, "edit"):
                abort(403)
            if item_write.write(context, item, {str(given["name"]): given.get("value")}, original=True):
                self.portal.crm.touch(item, user.id)
                self.portal.changed(item, "UPDATE", user.id)
        return jsonify({"ok": True})

    def comment(self) -> Response:
        given, user = self._json(), session.current_user(self.portal)
        with self.portal.lock:
            item = self._item(given)
            text = str(given.get("text", "")).strip()
            if text:
                self.portal.timeline.add("comment", (item.type_id, item.id), user.id, text=text, files=[])
        return jsonify({"ok": True})

    def read(self) -> Response:
        with self.portal.lock:
            self.portal.notifications.read(session.current_user(self.portal).id)
        return jsonify({"ok": True})

    def unpin(self) -> Response:
        """Unpin (or pin) a record from the card's menu."""
        given = self._json()
        with self.portal.lock:
            item = self._item(given)
            record = self.portal.timeline.records[int(given["record"])]
            clicks.toggle_pin(self.portal, record, (item.type_id, item.id))
        return jsonify({"ok": True})

    def complete(self) -> Response:
        """Tick an activity off: it becomes history and its badge goes."""
        with self.portal.lock:
            activity = self.portal.timeline.activities[int(self._json()["activityId"])]
            activity.fields["completed"] = True
            self.portal.timeline.touch()
        return jsonify({"ok": True})

    # -- helpers ------------------------------------------------------------------------------------------------

    def _json(self) -> dict[str, Any]:
        return request.get_json(silent=True) or {}

    def _item(self, given: dict[str, Any] | None = None) -> Item:
        source: Any = request.args if given is None else given
        item = self.portal.crm.get(int(source.get("type", 1)), int(source.get("id", 0)))
        if item is None:
            abort(404)
        return item

    def _context(self) -> Context:
        return Context(self.portal, session.current_user(self.portal), {})
