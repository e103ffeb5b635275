"""Events that can be bound (docs: api-reference/events/, crm events)."""

from __future__ import annotations

APP_EVENTS = {
    "ONAPPINSTALL",
    "ONAPPUPDATE",
    "ONAPPUNINSTALL",
    "ONAPPPAYMENT",
    "ONAPPTEST",
    "ONAPPMETHODCONFIRM",
}
EVENTS = APP_EVENTS | {
    *(f"ONCRM{kind}{verb}" for kind in ("LEAD", "DEAL", "CONTACT", "COMPANY") for verb in ("ADD", "UPDATE", "DELETE")),
    *(f"ONCRMACTIVITY{verb}" for verb in ("ADD", "UPDATE", "DELETE")),
    *(f"ONCRMTIMELINECOMMENT{verb}" for verb in ("ADD", "UPDATE", "DELETE")),
    *(f"ONCRMDOCUMENTGENERATORDOCUMENT{verb}" for verb in ("ADD", "UPDATE", "DELETE")),
    *(f"ONCRMDYNAMICITEM{verb}" for verb in ("ADD", "UPDATE", "DELETE")),
    "ONCRMTIMELINEITEMACTION",
    "ONOFFLINEEVENT",
    "ONUSERADD",
}
