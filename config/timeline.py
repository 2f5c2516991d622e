"""A customer's timeline: every change, visit, complaint and warning as plain sentences, in one query (CUS-9, ALL-1)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from early_warnings.models import EarlyWarning

from accounts.models import ClassChange, Contact, Contract, Customer, GroupClientFile, RetailerFile, SensitiveRead
from accounts.models.customers import CLASS_CHOICES
from complaints.models import ComplaintStep
from visits.models import Visit

Values = Mapping[str, Any]

#: Of the history that every change of a record leaves: what was, what is, who did it.
_HISTORY = """
SELECT '{source}' AS source, event.pgh_created_at AS at, (context.metadata->>'user')::bigint AS by_id,
    NULL::bigint AS subject, jsonb_build_object('act', event.pgh_label, 'file', context.metadata->>'file',
    'now', {shown}, 'before', lag({shown}) OVER (PARTITION BY event.{key} ORDER BY event.pgh_id)) AS data
FROM {table} AS event LEFT JOIN pghistory_context AS context ON context.id = event.pgh_context_id
WHERE event.{customer} = %(customer)s"""

_CUSTOMER = """to_jsonb(event) || jsonb_build_object(
    'unit', (SELECT name FROM accounts_orgunit WHERE id = event.unit_id),
    'relationship_manager', (SELECT name FROM accounts_person WHERE id = event.relationship_manager_id))"""

_SOURCES = {
    "customer": _HISTORY.format(
        source="customer", table="accounts_customerevent", key="pgh_obj_id", customer="pgh_obj_id", shown=_CUSTOMER
    ),
    **{
        source: _HISTORY.format(
            source=source, table=f"accounts_{table}event", key=key, customer="customer_id", shown="to_jsonb(event)"
        )
        for source, table, key in (
            ("retailer_file", "retailerfile", "customer_id"),
            ("group_file", "groupclientfile", "customer_id"),
            ("contact", "contact", "pgh_obj_id"),
            ("contract", "contract", "pgh_obj_id"),
        )
    },
    "class": """SELECT 'class', changed_at, approved_by_id, NULL::bigint, jsonb_build_object('kind', kind,
        'old', old_value, 'new', new_value, 'reference', approval_reference)
        FROM accounts_classchange WHERE customer_id = %(customer)s""",
    "transfer": """SELECT 'transfer', moved_at, moved_by_id, transfer.id, jsonb_build_object('reason', reason,
        'from', (SELECT name FROM accounts_person WHERE id = from_person_id),
        'to', (SELECT name FROM accounts_person WHERE id = to_person_id))
        FROM accounts_transferredcustomer AS line
        JOIN accounts_customertransfer AS transfer ON transfer.id = transfer_id
        WHERE line.customer_id = %(customer)s""",
    "read": """SELECT 'read', read_at, person_id, NULL::bigint, jsonb_build_object('field', field)
        FROM accounts_sensitiveread WHERE customer_id = %(customer)s""",
    "visit": """SELECT 'visit', ended_at, person_id, id, jsonb_build_object('acts', acts, 'mode', mode, 'notes', notes,
        'minutes', round(extract(epoch FROM ended_at - started_at) / 60))
        FROM visits_visit WHERE customer_id = %(customer)s AND state = 'done'""",
    "problem": """SELECT 'problem', solved_at, solved_by_id, id, jsonb_build_object('what', what, 'solution', solution)
        FROM visits_problem WHERE customer_id = %(customer)s AND solved_at IS NOT NULL""",
    "complaint": """SELECT 'complaint', step.at, step.by_id, complaint.id, jsonb_build_object('act', act,
        'number', number, 'subject', subject)
        FROM complaints_complaintstep AS step JOIN complaints_complaint AS complaint ON complaint.id = step.complaint_id
        WHERE complaint.customer_id = %(customer)s""",
    "warning": """SELECT 'warning', opened_on::timestamp AT TIME ZONE 'Asia/Shanghai', NULL::bigint, id,
        jsonb_build_object('act', 'opened', 'level', level)
        FROM warnings_earlywarning WHERE customer_id = %(customer)s
        UNION ALL SELECT 'warning', closed_at, closed_by_id, id,
        jsonb_build_object('act', 'closed', 'outcome', outcome, 'conclusion', conclusion)
        FROM warnings_earlywarning WHERE customer_id = %(customer)s AND closed_at IS NOT NULL""",
}
_ALL = (  # built from the statements above alone
    "SELECT found.source, found.at, found.subject, found.data, person.name FROM ("  # noqa: S608
    + " UNION ALL ".join(f"({sql})" for sql in _SOURCES.values())
    + ") AS found LEFT JOIN accounts_person AS person ON person.id = found.by_id ORDER BY found.at DESC LIMIT %(most)s"
)

#: What each source opens.
_PAGES = {
    "visit": "visits:visit",
    "problem": "visits:problem",
    "complaint": "complaints:complaint",
    "warning": "warnings:warning",
    "transfer": "transfer",
}
_MODELS = {
    "customer": Customer,
    "retailer_file": RetailerFile,
    "group_file": GroupClientFile,
    "contact": Contact,
    "contract": Contract,
}
#: Changes that another source tells better, or that say nothing to a person.
_SILENT = frozenset(
    {"id", "pinyin", "initials", "unit_id", "account_manager_id", "relationship_manager_id", "customer_id"}
    | {"tier", "service_class", "importance", "recorded_at"}
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, as `parts/timeline.html` shows it."""

    at: datetime
    text: str
    url: str
    by: str


def timeline(customer: Customer, most: int = 60) -> list[Event]:
    """What happened with a customer, the newest first; changes that a person would not notice are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL, {"customer": customer.pk, "most": most})
        found = cursor.fetchall()
    events = []
    for source, at, subject, data, name in found:
        if text := _SENTENCES[source](source, json.loads(data)):
            events.append(Event(at, text, _address(source, subject), name or ""))
    return events


def _address(source: str, subject: int | None) -> str:
    if subject is None or source not in _PAGES:
        return ""
    try:
        return reverse(_PAGES[source], args=[subject])
    except NoReverseMatch:
        return ""


def _history(source: str, data: Values) -> str:
    """What changed in a record, field by field; for a new contact or contract, which."""
    now, before = data["now"], data["before"]
    if before is None:
        if source == "customer":
            return _("Imported from %(file)s") % data if data["file"] else _("Entered")
        named = now.get("name") or now.get("subject")
        return (
            _("New %(what)s: %(name)s") % {"what": _MODELS[source]._meta.verbose_name, "name": named} if named else ""
        )
    if data["act"] == "delete":
        named = now.get("name") or now.get("subject") or ""
        return _("Removed %(what)s: %(name)s") % {"what": _MODELS[source]._meta.verbose_name, "name": named}
    parts = [
        _("%(field)s: %(old)s → %(new)s")
        % {
            "field": _label(source, name),
            "old": _value(source, name, before.get(name)),
            "new": _value(source, name, value),
        }
        for name, value in now.items()
        if value != before.get(name) and name not in _SILENT and not name.startswith("pgh_")
    ]
    return pgettext("between changes", "; ").join(parts)


def _label(source: str, name: str) -> str:
    return str(_MODELS[source]._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _value(source: str, name: str, value: Any) -> str:
    if value in (None, "", []):
        return _("(empty)")
    if name in {"phone", "second_phone"}:
        return f"{value[:3]}****{value[-4:]}" if len(value) > 7 else "****"
    choices = dict(getattr(_MODELS[source]._meta.get_field(name), "flatchoices", []))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(choices.get(value, value))


def _class_change(_source: str, data: Values) -> str:
    kind = ClassChange.Kind(data["kind"])
    words = {str(key): str(label) for key, label in CLASS_CHOICES[kind]}
    return _("%(kind)s: %(old)s → %(new)s, request %(reference)s") % {
        "kind": kind.label,
        "old": words.get(data["old"], data["old"]),
        "new": words.get(data["new"], data["new"]),
        "reference": data["reference"],
    }


def _transfer(_source: str, data: Values) -> str:
    text = _("Account manager: %(from)s → %(to)s") % {"from": data["from"] or _("(nobody)"), "to": data["to"]}
    return f"{text} ({data['reason']})" if data["reason"] else text


def _read(_source: str, data: Values) -> str:
    return _("Looked at the %(field)s") % {"field": SensitiveRead.Field(data["field"]).label}


def _visit(_source: str, data: Values) -> str:
    acts = pgettext("between items of a list", ", ").join(str(Visit.Act(act).label) for act in data["acts"])
    text = _("Visit, %(minutes)s min: %(acts)s") % {"minutes": int(data["minutes"]), "acts": acts}
    return f"{text}. {data['notes']}" if data["notes"] else text


def _problem(_source: str, data: Values) -> str:
    return _("Problem solved: %(what)s. %(solution)s") % data


def _complaint(_source: str, data: Values) -> str:
    return _("Complaint %(number)s “%(subject)s”: %(act)s") % {**data, "act": ComplaintStep.Act(data["act"]).label}


def _warning(_source: str, data: Values) -> str:

    if data["act"] == "opened":
        return _("Urgent report opened: %(level)s") % {"level": EarlyWarning.Level(data["level"]).label}
    return _("Urgent report closed: %(outcome)s. %(conclusion)s") % {
        "outcome": EarlyWarning.Outcome(data["outcome"]).label,
        "conclusion": data["conclusion"],
    }


_SENTENCES: Mapping[str, Callable[[str, Values], str]] = {
    **dict.fromkeys(_MODELS, _history),
    "class": _class_change,
    "transfer": _transfer,
    "read": _read,
    "visit": _visit,
    "problem": _problem,
    "complaint": _complaint,
    "warning": _warning,
}
