"""A portal: its people, its CRM, its applications, and what a test may do to it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

from b24app.sandbox import ids, moments
from b24app.sandbox.calls import CallLog
from b24app.sandbox.faults import Faults
from b24app.sandbox.oauth.tokens import Grant, TokenStore
from b24app.sandbox.portal.apps import LocalApp
from b24app.sandbox.portal.automation import Automation, Run
from b24app.sandbox.portal.crm import Crm, Item
from b24app.sandbox.portal.documents import Document, Generator
from b24app.sandbox.portal.drive import Drive
from b24app.sandbox.portal.employees import Employee
from b24app.sandbox.portal.events import EventBus
from b24app.sandbox.portal.fields import DEAL, LEAD, TYPE_NAMES
from b24app.sandbox.portal.files import Files
from b24app.sandbox.portal.lifecycle import Lifecycle
from b24app.sandbox.portal.limits import Bucket, Operating
from b24app.sandbox.portal.notifications import Notifications
from b24app.sandbox.portal.placements import Placement
from b24app.sandbox.portal.timeline import Timeline
from b24app.sandbox.serving import Listener


class Portal:
    """One tenant. Its state is guarded by `lock`; methods here take it themselves."""

    def __init__(
        self, name: str, title: str, tokens: TokenStore, oauth_endpoint: Callable[[], str], app_url: str
    ) -> None:
        self.name = name
        self.title = title
        self.language = "en"
        self.member_id = ids.hex_id()
        self.webhook_secret = ids.hex_id(16)
        self.lock = threading.RLock()
        self.tokens = tokens
        self.oauth_endpoint = oauth_endpoint
        self.faults = Faults()
        self.calls = CallLog()
        self.bucket = Bucket()
        self.operating = Operating()
        self.employees: dict[int, Employee] = {}
        self.crm = Crm()
        self.timeline = Timeline()
        self.notifications = Notifications()
        self.files = Files()
        self.drive = Drive()
        self.generator = Generator()
        self.automation = Automation()
        self.placements: list[Placement] = []
        self.own_icons: dict[str, int] = {}
        self.own_logos: dict[str, int] = {}
        self.apps: dict[str, LocalApp] = {}
        self.events = EventBus(self)
        self.lifecycle = Lifecycle(self)
        self.app = self.register_app(app_url)
        self._placement_ids = itertools.count(1)
        self._listener: Listener | None = None
        self.retired: list[Listener] = []

    # -- address ------------------------------------------------------------------------------------------------

    @property
    def listener(self) -> Listener:
        assert self._listener is not None, "the portal is not listening yet"
        return self._listener

    @listener.setter
    def listener(self, listener: Listener) -> None:
        self._listener = listener

    @property
    def url(self) -> str:
        return self.listener.url

    @property
    def domain(self) -> str:
        """DOMAIN as a frame gets it: host and port."""
        return self.listener.authority

    def go_down(self) -> None:
        """Refuse connections until come_back()."""
        self.listener.down()

    def come_back(self) -> None:
        self.listener.up()

    # -- applications -------------------------------------------------------------------------------------------

    def register_app(self, app_url: str, **more: Any) -> LocalApp:
        """Add a local application as an administrator would, by its handler and install addresses."""
        base = app_url.rstrip("/")
        app = LocalApp(self.member_id, f"{base}/", f"{base}/install", **more)
        app.number = 5 + len(self.apps)
        self.apps[app.client_id] = app
        return app

    def token_for(self, user_id: int, app: LocalApp | None = None, *, life_s: int | None = None) -> Grant:
        """Tokens of an employee for the application, as opening a frame would give."""
        owner = app or self.app
        return self.tokens.issue(owner.client_id, self.member_id, user_id, owner.scope, life_s)

    def next_placement_id(self) -> int:
        return next(self._placement_ids)

    # -- CRM ----------------------------------------------------------------------------------------------------

    def changed(self, item: Item, verb: str, user_id: int | None) -> None:
        """Tell pages and event handlers that an item was added, updated or deleted."""
        self.timeline.touch()
        self.events.fire(f"ONCRM{TYPE_NAMES[item.type_id]}{verb}", {"FIELDS": {"ID": str(item.id)}}, user_id)

    def add_item(self, type_id: int, **fields: Any) -> Item:
        """Put an item into the CRM (see Crm.add); events follow as for an employee's own work."""
        with self.lock:
            item = self.crm.add(type_id, **fields)
            self.changed(item, "ADD", 1)
        return item

    def add_lead(self, **fields: Any) -> Item:
        return self.add_item(LEAD, **{"title": "New lead", "assignedById": 6} | fields)

    def add_deal(self, **fields: Any) -> Item:
        return self.add_item(DEAL, **{"title": "New deal", "assignedById": 6} | fields)

    def delete_item(self, type_id: int, item_id: int, *, by_robot: bool = False) -> None:
        with self.lock:
            item = self.crm.delete(type_id, item_id)
            if item is not None:
                self.changed(item, "DELETE", None if by_robot else 1)

    def edit_item(self, type_id: int, item_id: int, *, by_robot: bool = False, **fields: Any) -> None:
        """Change system fields (camelCase) or properties (UF_…, stored form)."""
        with self.lock:
            item = self.crm.items[type_id, item_id]
            item.uf |= {key: value for key, value in fields.items() if key.startswith("UF_")}
            item.fields |= {key: value for key, value in fields.items() if not key.startswith("UF_")}
            self.crm.touch(item, 1)
            self.changed(item, "UPDATE", None if by_robot else 1)

    def add_document(
        self, owner: tuple[int, int], title: str, number: str, pdf: bytes | None, created_by: int = 6
    ) -> Document:
        """A document of the generator; without `pdf` its conversion is still running."""
        with self.lock:
            docx = self.files.add(f"{title}.docx", b"PK\x05\x06" + bytes(18), created_by)
            pdf_file = self.files.add(f"{title}.pdf", pdf, created_by) if pdf is not None else None
            template = next(iter(self.generator.templates), 0)
            document = Document(
                self.generator.next_id(),
                title,
                number,
                template,
                owner,
                docx.id,
                pdf_file.id if pdf_file else None,
                created_by,
            )
            self.generator.documents[document.id] = document
            self.timeline.add("document", owner, created_by, document_id=document.id)
        event = "ONCRMDOCUMENTGENERATORDOCUMENTADD"
        fields = {"ID": str(document.id), "ENTITY_TYPE_ID": str(owner[0]), "ENTITY_ID": str(owner[1])}
        self.events.fire(event, {"FIELDS": fields}, created_by)
        return document

    # -- automation ---------------------------------------------------------------------------------------------

    def run_robot(self, code: str, lead_id: int, properties: dict[str, Any] | None = None) -> Run:
        """Start a robot on a lead: the POST its handler gets travels through the queue."""
        with self.lock:
            robot = next(one for one in self.automation.robots if one.code == code)
            run = Run(ids.token(), robot, (LEAD, lead_id), waiting=robot.waits)
            self.automation.runs[run.event_token] = run
        document = ("crm", "CCrmDocumentLead")
        app = self.apps[robot.client_id]
        payload = {
            "workflow_id": run.workflow_id,
            "code": code,
            "document_id": [*document, f"LEAD_{lead_id}"],
            "document_type": [*document, "LEAD"],
            "event_token": run.event_token,
            "properties": properties or {},
            "use_subscription": "Y" if robot.waits else "N",
            "timeout_duration": "0",
            "ts": moments.unix(),
            "auth": self.events.auth(app, robot.auth_user_id, refresh=True),
        }
        self.events.post(robot.handler, payload)
        return run

    def settle(self) -> None:
        """Wait until all queued events have been delivered."""
        self.events.settle()

    def stop(self) -> None:
        self.events.stop()
        for listener in (self.listener, *self.retired):
            listener.stop()
