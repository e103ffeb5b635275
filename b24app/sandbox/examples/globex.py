"""Portal globex: another tenant, who must never see anything of acme."""

from __future__ import annotations

from b24app.sandbox.examples import common
from b24app.sandbox.portal.employees import Employee
from b24app.sandbox.portal.fields import COMPANY, CONTACT, LEAD
from b24app.sandbox.portal.portal import Portal

VERA = 1


def fill(portal: Portal) -> None:
    """Put the whole example into an empty portal. Ids overlap with acme's on purpose."""
    vera = Employee(VERA, "Vera", "Novak", "vera@globex.example", "Managing director", admin=True, color="#b0477a")
    portal.employees = {VERA: vera}
    crm = portal.crm
    common.add_statuses(crm)
    crm.add(COMPANY, 2, title="Globex s.r.o.", isMyCompany="Y")
    crm.add(COMPANY, 12, title="Pragmatika a.s.", fm=[("EMAIL", "WORK", "info@pragmatika.example")])
    crm.add(
        CONTACT, 41, name="Tomas", lastName="Dvorak", companyId=12, fm=[("EMAIL", "WORK", "tomas@pragmatika.example")]
    )
    crm.add(LEAD, 77, title="Frame contract: translations", companyId=12, contactIds=[41], assignedById=VERA)
    portal.drive.add(vera.full_name, "user", str(vera.id))
