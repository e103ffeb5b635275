"""Portal acme: Acme Consulting GmbH, three employees, lead 77 ready to be signed."""

from __future__ import annotations

from b24app.sandbox import moments
from b24app.sandbox.examples import common, pdf
from b24app.sandbox.portal.crm import Crm, ProductRow
from b24app.sandbox.portal.employees import Employee
from b24app.sandbox.portal.fields import COMPANY, CONTACT, DEAL, LEAD
from b24app.sandbox.portal.portal import Portal

OLENA, ANNA, BORIS, EXTRANET = 1, 6, 8, 12
LEAD_77, EMPTY_LEAD, HOSTILE_LEAD = 77, 78, 79
DEAL_31 = 31
MERIDIAN, MY_COMPANY = 12, 2
ANN_LEE, MARCO, SOFIA, JONAS = 41, 42, 43, 44

AGREEMENT = [
    "This agreement is made between Acme Consulting GmbH, Hamburg (the Supplier) and Meridian Logistics GmbH, Bremen "
    "(the Customer). The Supplier sets up Bitrix24 CRM for the Customer's sales team of eighteen people, moves the "
    "customer base from the present system and trains the team.",
    "Work begins within five working days after both parties have signed and is finished within six weeks. The "
    "Customer names one person who answers questions within two working days.",
    "Payment is due fourteen days after each invoice. Half of the price is invoiced at the start, the rest after "
    "acceptance. The parties treat each other's business information as confidential.",
]

PRICES = [
    ("Service", "Quantity", "Net price"),
    ("CRM set-up and data migration", "1", "6,400.00 EUR"),
    ("Training day for the sales team", "3", "3,600.00 EUR"),
    ("Standard support, 12 months", "10", "2,500.00 EUR"),
]


def fill(portal: Portal) -> None:
    """Put the whole example into an empty portal."""
    _employees(portal)
    common.add_statuses(portal.crm)
    _properties(portal.crm)
    _companies(portal.crm)
    _contacts(portal.crm)
    _leads(portal)
    _deals(portal.crm)
    _goods(portal.crm)
    _hostile(portal.crm)
    _history(portal)
    portal.drive.add("Company drive", "common", "shared_files_s1")
    for user in portal.employees.values():
        portal.drive.add(user.full_name, "user", str(user.id))


def _employees(portal: Portal) -> None:
    people = [
        Employee(OLENA, "Olena", "Kovalenko", "olena@acme.example", "Head of operations", admin=True, color="#7b68c8"),
        Employee(
            ANNA, "Anna", "Schmidt", "anna@acme.example", "Sales manager", color="#2f9e6e", phone="+49 40 5550106"
        ),
        Employee(
            BORIS, "Boris", "Lange", "boris@acme.example", "Sales trainee", reads="own", edits="own", color="#c2703d"
        ),
        Employee(
            EXTRANET, "Petra", "Vogt", "petra@partner.example", "Partner", reads="none", edits="none",
            user_type="extranet", color="#8a8f98",
        ),
    ]  # fmt: skip
    portal.employees = {person.id: person for person in people}


def _properties(crm: Crm) -> None:
    entity = "CRM_LEAD"
    checkbox = {"DEFAULT_VALUE": 0, "DISPLAY": "CHECKBOX"}
    crm.add_user_field(entity, "UF_CRM_NEED_TRAINING", "boolean", "Training for the team", settings=dict(checkbox))
    crm.add_user_field(
        entity, "UF_CRM_DATA_PROCESSING", "boolean", "Data processing agreement", settings=dict(checkbox)
    )
    crm.add_user_field(entity, "UF_CRM_EXPRESS_START", "boolean", "Express start", settings=dict(checkbox))
    crm.add_user_field(entity, "UF_CRM_START_DATE", "date", "Start of work")
    crm.add_user_field(entity, "UF_CRM_PO_NUMBER", "string", "Purchase order")
    tariffs = ["Basic support", "Standard support", "Priority support"]
    crm.add_user_field(entity, "UF_CRM_SUPPORT_LEVEL", "enumeration", "Support level", options=tariffs)
    crm.add_user_field(entity, "UF_CRM_SIGNED_CONTRACT", "file", "Signed contract")
    crm.add_user_field(entity, "UF_CRM_1720019876534", "string", "Customer number")


def _companies(crm: Crm) -> None:
    crm.add(
        COMPANY,
        MY_COMPANY,
        title="Acme Consulting GmbH",
        isMyCompany="Y",
        fm=[("EMAIL", "WORK", "office@acme.example")],
    )
    fm = [("EMAIL", "WORK", "contracts@meridian-logistics.example"), ("PHONE", "WORK", "+49 421 5550120")]
    crm.add(COMPANY, MERIDIAN, title="Meridian Logistics GmbH", industry="DELIVERY", assignedById=ANNA, fm=fm)
    ours = common.add_requisite(
        crm, MY_COMPANY, RQ_COMPANY_NAME="Acme Consulting GmbH", RQ_COMPANY_FULL_NAME="Acme Consulting GmbH",
        RQ_VAT_ID="DE298765432", RQ_DIRECTOR="Olena Kovalenko", RQ_VAT_PAYER="Y",
    )  # fmt: skip
    common.add_bank(
        crm, ours, RQ_BANK_NAME="Hamburger Volksbank eG", RQ_IBAN="DE02 2019 0003 0012 3456 78", RQ_SWIFT="GENODEF1HH2",
        RQ_ACC_NUM="12345678",
    )  # fmt: skip
    common.add_address(
        crm, ours, ADDRESS_1="Speicherstrasse 12", CITY="Hamburg", POSTAL_CODE="20457", COUNTRY="Germany"
    )
    theirs = common.add_requisite(
        crm, MERIDIAN, RQ_COMPANY_NAME="Meridian Logistics GmbH", RQ_COMPANY_FULL_NAME="Meridian Logistics GmbH",
        RQ_VAT_ID="DE314159265", RQ_DIRECTOR="Sofia Petrenko", RQ_VAT_PAYER="Y",
    )  # fmt: skip
    common.add_bank(
        crm, theirs, RQ_BANK_NAME="Sparkasse Bremen", RQ_IBAN="DE89 2905 0101 0001 2345 67", RQ_SWIFT="SBREDE22"
    )
    common.add_address(crm, theirs, ADDRESS_1="Am Weserufer 48", CITY="Bremen", POSTAL_CODE="28195", COUNTRY="Germany")


def _contacts(crm: Crm) -> None:
    ann = [
        ("EMAIL", "WORK", "ann.lee@meridian-logistics.example"), ("EMAIL", "HOME", "ann@lee-family.example"),
        ("EMAIL", "MAILING", "news.ann@meridian-logistics.example"), ("PHONE", "WORK", "+49 421 5550141"),
    ]  # fmt: skip
    crm.add(
        CONTACT,
        ANN_LEE,
        name="Ann",
        lastName="Lee",
        post="Chief financial officer",
        companyId=MERIDIAN,
        fm=ann,
        assignedById=ANNA,
    )
    marco = [("EMAIL", "WORK", "marco.rossi@meridian-logistics.example"), ("PHONE", "MOBILE", "+49 170 5550142")]
    crm.add(
        CONTACT,
        MARCO,
        name="Marco",
        lastName="Rossi",
        post="Head of IT",
        companyId=MERIDIAN,
        fm=marco,
        assignedById=ANNA,
    )
    sofia = [("EMAIL", "WORK", "sofia.petrenko@meridian-logistics.example")]
    crm.add(
        CONTACT,
        SOFIA,
        name="Sofia",
        lastName="Petrenko",
        post="Chief executive officer",
        companyId=MERIDIAN,
        fm=sofia,
        assignedById=ANNA,
    )
    jonas = [("PHONE", "WORK", "+49 421 5550144")]
    crm.add(
        CONTACT,
        JONAS,
        name="Jonas",
        lastName="Weber",
        post="Warehouse lead",
        companyId=MERIDIAN,
        fm=jonas,
        assignedById=ANNA,
    )


def _leads(portal: Portal) -> None:
    crm = portal.crm
    uf = {
        "UF_CRM_NEED_TRAINING": True,
        "UF_CRM_DATA_PROCESSING": False,
        "UF_CRM_EXPRESS_START": False,
        "UF_CRM_START_DATE": "2026-12-07",
        "UF_CRM_PO_NUMBER": "PO-2026-0418",
        "UF_CRM_1720019876534": "K-10482",
    }
    fm = [("EMAIL", "WORK", "k.brandt@meridian-logistics.example"), ("PHONE", "WORK", "+49 421 5550177")]
    crm.add(
        LEAD, LEAD_77, title="Service agreement: CRM onboarding", name="Katrin", lastName="Brandt",
        post="Office manager", stageId="IN_PROCESS", sourceId="WEB", assignedById=ANNA, companyId=MERIDIAN,
        companyTitle="Meridian Logistics GmbH", contactIds=[ANN_LEE, MARCO, JONAS], opportunity=14875.0,
        currencyId="EUR", comments="Wants to start before the holidays; the CFO signs.", uf=uf, fm=fm,
        createdTime=moments.ago(days=9),
    )  # fmt: skip
    crm.user_fields[5].settings["DISPLAY"] = "LIST"
    crm.items[LEAD, LEAD_77].uf["UF_CRM_SUPPORT_LEVEL"] = next(iter(crm.user_fields[5].options)) + 2
    crm.add(LEAD, EMPTY_LEAD, title="Call from the fair", assignedById=ANNA, createdTime=moments.ago(days=2))
    crm.add(
        LEAD, 80, title="Warehouse tablets: enquiry", name="Tom", lastName="Fischer", assignedById=BORIS,
        fm=[("EMAIL", "WORK", "tom.fischer@nordhafen.example")], createdTime=moments.ago(days=1),
    )  # fmt: skip


def _deals(crm: Crm) -> None:
    """A deal with properties of its own: a portal in simple mode has no leads at all."""
    crm.add_user_field("CRM_DEAL", "UF_CRM_ACCEPTED", "boolean", "Work accepted", settings={"DISPLAY": "CHECKBOX"})
    crm.add_user_field("CRM_DEAL", "UF_CRM_CONTRACT_NUMBER", "string", "Contract number")
    crm.add(
        DEAL, DEAL_31, title="Warehouse tablets: roll-out", stageId="PREPARATION", assignedById=ANNA,
        companyId=MERIDIAN, contactIds=[MARCO, ANN_LEE], opportunity=8200.0, currencyId="EUR",
        uf={"UF_CRM_ACCEPTED": False, "UF_CRM_CONTRACT_NUMBER": "MC-2026-031"}, createdTime=moments.ago(days=4),
    )  # fmt: skip


def _goods(crm: Crm) -> None:
    lines = [
        ("CRM set-up and data migration", 6400.0, 1.0, "project", 0.0),
        ("Training day for the sales team", 1200.0, 3.0, "day", 0.0),
        ("Standard support, 12 months", 250.0, 10.0, "user", 0.0),
    ]
    for number, (name, net, quantity, measure, discount) in enumerate(lines, 17649):
        crm.product_rows.append(
            ProductRow(number, "L", LEAD_77, name, net, quantity, measure, tax_rate=19, discount_rate=discount)
        )


def _hostile(crm: Crm) -> None:
    """Names that break careless pages and letters."""
    names = [
        (51, "<script>alert(1)</script>", "Marker", "marker@hostile.example"),
        (52, "Robert'); DROP TABLE", "Students;--", "bobby@hostile.example"),
        (53, "{{ 7*7 }}", "${7*7}", "template@hostile.example"),
        (54, "محمد", "الهاشمي", "rtl@hostile.example"),
        (55, "Олександр-Володимир", "Непийвода-Тягнирядно", "cyrillic@hostile.example"),
        (56, "Maximiliane" * 9, "von und zu Hohenstein-Waldburg" * 4, "long@hostile.example"),
    ]
    for number, name, last, email in names:
        crm.add(CONTACT, number, name=name, lastName=last, fm=[("EMAIL", "WORK", email)], assignedById=ANNA)
    title = "<img src=x onerror=alert(2)> & \"quotes\" 'n' \u202egnp.exe"
    crm.add(
        LEAD, HOSTILE_LEAD, title=title, name="<b>Eve</b>", lastName="O'Neill & Söhne", assignedById=ANNA,
        contactIds=[number for number, *_ in names], companyTitle="=cmd|' /C calc'!A0",
        fm=[("EMAIL", "WORK", "eve+tag@hostile.example")], createdTime=moments.ago(days=3),
    )  # fmt: skip


def _history(portal: Portal) -> None:
    owner = (LEAD, LEAD_77)
    line = portal.timeline
    line.add(
        "history",
        owner,
        ANNA,
        title="Lead created",
        text="From the web form on acme.example",
        created=moments.ago(days=9),
    )
    line.add(
        "comment", owner, ANNA, files=[], created=moments.ago(days=8),
        text="Spoke to Katrin Brandt. Eighteen users, present system is a spreadsheet. Ann Lee signs, Marco Rossi "
        "checks the technical part.",
    )  # fmt: skip
    line.add(
        "history", owner, ANNA, title="Stage changed", text="Unassigned → In progress", created=moments.ago(days=7)
    )
    portal.generator.add_template("Service agreement", ["1"])
    portal.generator.add_template("Offer", ["1", "2_category_0"])
    agreement = pdf.write("Service agreement", "No. 2026-014 · Acme Consulting GmbH", AGREEMENT, PRICES)
    portal.add_document(owner, "Service agreement 2026-014", "2026-014", agreement, ANNA)
    offer = pdf.write("Offer", "No. 2026-009 · valid until 15 December 2026", AGREEMENT[:1], PRICES)
    portal.add_document(owner, "Offer 2026-009", "2026-009", offer, ANNA)
    moved = [record for record in line.of(owner) if record.kind == "document"]
    for record, days in zip(moved, (5.0, 6.0), strict=True):
        record.created = moments.ago(days=days)
        portal.generator.documents[record.data["document_id"]].created = record.created
