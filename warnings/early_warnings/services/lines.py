"""Which of the lines set for an indicator counts for a customer (WRN-1)."""

from collections.abc import Iterable

from accounts.models import Customer
from early_warnings import rules
from early_warnings.models import Threshold


def winning_line(lines: Iterable[Threshold], customer: Customer) -> Threshold | None:
    """The most exact of the lines that fit the customer; `unit` of each is read."""
    by_rule = {_as_rule(line): line for line in lines}
    found = rules.most_exact(
        by_rule,
        importance=customer.importance,
        tier=customer.tier,
        service_class=customer.service_class,
        unit_path=customer.unit.path,
    )
    return by_rule[found] if found else None


def _as_rule(line: Threshold) -> rules.Line:
    return rules.Line(
        breach=line.breach,
        near=line.near,
        importance=line.importance or None,
        tier=line.tier,
        service_class=line.service_class,
        unit_path=line.unit.path if line.unit else None,
    )
