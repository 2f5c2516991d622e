"""The past of the demo's people: consistent with itself, and with what the services would have written."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from early_warnings.models import EarlyWarning, Evaluation, Measure, ReportEvent, UnitWarning
from pytest_django import DjangoDbBlocker

from accounts.models import ClassChange, Customer
from complaints.models import Complaint
from complaints.rules import COURSE, Gravity
from config.demo.evaluated import evaluate_on
from duties.calendar import WorkCalendar
from duties.kinds import RISING_CAUSE
from duties.models import Duty, Notice
from tests.config.test_demo import NOW, TODAY, load
from visits.models import DayPlan, PlanStop, Problem, Visit, VisitClock
from visits.services import refresh_clocks

pytestmark = pytest.mark.django_db  # without a marked test pytest-django makes no test database at all


@pytest.fixture(scope="module", autouse=True)
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One company for the whole module: the tests only look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        load(customers=240, past_days=30)
        yield
        transaction.set_rollback(True)


def test_the_clocks_agree_with_the_visits() -> None:
    assert refresh_clocks(on=TODAY) == 0
    assert VisitClock.objects.filter(role="account_manager", last_visit_on=None).count() < 10


def test_past_days_are_such_as_people_lived_them() -> None:
    yesterday = TODAY - timedelta(days=1)
    days = WorkCalendar.load().working_days(TODAY - timedelta(days=30), yesterday)
    assert sorted(set(DayPlan.objects.values_list("date", flat=True))) == days
    assert DayPlan.objects.count() == 6 * len(days)
    assert Visit.objects.filter(started_at__gte=NOW).count() == 0
    assert Visit.objects.exclude(state="done").count() == 0
    # Nobody is in two shops at once, and nobody visits while away.
    assert _overlapping_visits() == 0
    away = {"person__absences__starts_on__lte": F("visited_on"), "person__absences__ends_on__gte": F("visited_on")}
    assert Visit.objects.filter(**away).count() == 0
    assert PlanStop.objects.filter(acted_at__gt=NOW).count() == 0
    assert DayPlan.objects.filter(started_at__lt=F("pre_trip_check__checked_at")).count() == 0


def test_nothing_owed_is_overdue_without_having_climbed() -> None:
    assert Duty.objects.open().filter(next_due_at__lte=NOW).count() == 0
    assert Problem.objects.filter(solved_at=None).count() == Duty.objects.open().filter(kind="visit.problem").count()
    assert Notice.objects.exclude(channel="inbox").count() == 0


def test_a_cause_of_complaints_rises_in_one_station() -> None:
    rising = UnitWarning.objects.open().get(indicator__key="rising-product")
    assert (rising.unit.kind, rising.above_again_on) == ("station", None)
    assert Duty.objects.open().filter(kind=RISING_CAUSE, subject_id=rising.pk).count() == 1


def test_complaints_stand_in_every_step() -> None:
    standing = {(each.gravity, each.step) for each in Complaint.objects.all()}
    assert standing == {(gravity.value, step.value) for gravity, course in COURSE.items() for step in course}
    assert Complaint.objects.overdue(NOW).count() >= 2
    for complaint in Complaint.objects.prefetch_related("steps"):
        acts = [step.act for step in sorted(complaint.steps.all(), key=lambda step: step.at)]
        course = [step.value for step in COURSE[Gravity(complaint.gravity)]]
        assert acts == course[: course.index(complaint.step) + 1]


def test_warnings_were_raised_by_the_evaluation_and_acted_upon() -> None:
    assert Evaluation.objects.filter(on=TODAY).exists()
    assert set(EarlyWarning.objects.values_list("state", flat=True)) >= {"measures", "closed"}
    assert EarlyWarning.objects.filter(state="closed", measures=None).count() == 0
    assert EarlyWarning.objects.filter(closed_at__gt=NOW).count() == 0
    assert EarlyWarning.objects.exclude(state="closed").exclude(duty__state__in=["open", "acknowledged"]).count() == 0
    assert EarlyWarning.objects.filter(state="closed").exclude(duty__state="closed").count() == 0
    owed = Duty.objects.open().filter(kind="warning.measure").count()
    assert Measure.objects.filter(done_at=None).exclude(warning__state="closed").count() == owed


def test_classes_were_changed_by_requests_and_corrections_by_named_people() -> None:
    assert ClassChange.objects.count() > 0
    assert ClassChange.objects.filter(approved_by__posts__role="branch_general_manager").count() > 0
    for change in ClassChange.objects.select_related("customer"):
        assert str(getattr(change.customer, change.kind)) == change.new_value
    events = Customer.pgh_event_model.objects.filter(pgh_label="update")
    assert events.filter(pgh_created_at__gte=NOW).count() == 0
    assert events.exclude(pgh_context__metadata__user__gt=0).count() == 0


def _overlapping_visits() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM visits_visit a JOIN visits_visit b ON a.person_id = b.person_id AND a.id < b.id"
            " AND a.started_at < b.ended_at AND b.started_at < a.ended_at"
        )
        return int(cursor.fetchone()[0])


def test_an_evaluation_leaves_no_checks_to_the_end() -> None:
    """They would wait in a queue that each later write of a report walks through."""
    evaluate_on(TODAY, NOW)
    with pytest.raises(IntegrityError, match="foreign key"), transaction.atomic():
        ReportEvent.objects.create(warning_id=10**9, what=ReportEvent.What.RAISED, at=NOW)
