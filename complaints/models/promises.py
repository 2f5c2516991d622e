"""What the database itself refuses (CMP-2…4): the triggers, made from `rules.COURSE`, where the order stands once."""

import pgtrigger

from complaints import rules

_CHECK = "USING ERRCODE = 'check_violation'"
_MOVES = ", ".join(f"('{gravity}', '{before}', '{after}')" for gravity, before, after in rules.transitions())
_GRAVITY_OPEN = ", ".join(f"'{step}'" for step in sorted(rules.GRAVITY_OPEN))

BEGINS = f"""
    IF NEW.step <> 'registered' THEN
        RAISE EXCEPTION 'CMP-2: a complaint begins as registered, not as %', NEW.step {_CHECK};
    END IF;
    RETURN NEW;
"""
IN_ORDER = f"""
    IF (NEW.gravity, OLD.step, NEW.step) NOT IN ({_MOVES}) THEN
        RAISE EXCEPTION 'CMP-2, CMP-3: a % complaint does not go from % to %', NEW.gravity, OLD.step, NEW.step {_CHECK};
    END IF;
    IF NOT EXISTS (SELECT 1 FROM complaints_complaintstep WHERE complaint_id = NEW.id AND act = NEW.step) THEN
        RAISE EXCEPTION 'CMP-2: step % has no record', NEW.step {_CHECK};
    END IF;
    RETURN NEW;
"""
GRAVITY_SETTLED = f"""
    IF OLD.step NOT IN ({_GRAVITY_OPEN}) THEN
        RAISE EXCEPTION 'CMP-2: after % the gravity stays as it is', OLD.step {_CHECK};
    END IF;
    RETURN NEW;
"""
KEPT_WHOLE = f"RAISE EXCEPTION 'CMP-1, CMP-4: what was registered stays as it was' {_CHECK};"
FEEDBACK_KEPT = f"""
    IF OLD.step = 'told' THEN
        RAISE EXCEPTION 'CMP-3: what the customer was told and said stays as it was' {_CHECK};
    END IF;
    RETURN NEW;
"""
CLOSED_KEPT = f"RAISE EXCEPTION 'CMP-4: a closed complaint stays as it is' {_CHECK};"
NEVER_DELETED = f"RAISE EXCEPTION 'CMP-4: complaints are kept for good' {_CHECK};"
STEPS_KEPT = f"RAISE EXCEPTION 'CMP-4: the history of a complaint is only added to' {_CHECK};"
OWED = f"""
    IF EXISTS (
        SELECT 1 FROM complaints_complaint AS complaint
        WHERE complaint.id = NEW.id AND complaint.step <> 'closed' AND NOT EXISTS (
            SELECT 1 FROM duties_duty WHERE id = complaint.duty_id AND subject_id = complaint.id AND state <> 'closed')
    ) THEN
        RAISE EXCEPTION 'CMP-2: nobody owes the next step of complaint %', NEW.number {_CHECK};
    END IF;
    IF NOT EXISTS (SELECT 1 FROM complaints_complaintstep WHERE complaint_id = NEW.id AND act = 'registered') THEN
        RAISE EXCEPTION 'CMP-2: step registered of complaint % has no record', NEW.number {_CHECK};
    END IF;
    RETURN NULL;
"""


def never_emptied(table: str) -> pgtrigger.Trigger:
    """TRUNCATE is refused while the table holds anything."""
    return pgtrigger.Trigger(
        name="never_emptied",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=f"IF EXISTS (SELECT 1 FROM {table}) THEN {NEVER_DELETED} END IF; RETURN NULL;",
    )
