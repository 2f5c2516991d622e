"""Last night's run as a manager finds it in the morning: all planned, one of them only at the second attempt."""

from datetime import timedelta

from config.demo.shape import Shape
from visits.models import DayPlan, PlanRun

#: When the night began, and after how many minutes what had failed was handed out again.
BEGAN, AGAIN = 2 * 60, 11


def tell_of_the_night(shape: Shape) -> None:
    """Date today's run back to the night, if that lies behind; one person's first attempt met a lost connection."""
    began = shape.at(shape.today, BEGAN)
    ended = began + timedelta(minutes=AGAIN, seconds=4)
    if ended > shape.now:
        return
    run = PlanRun.objects.filter(date=shape.today).first()
    if run is None:
        return
    PlanRun.objects.filter(pk=run.pk).update(opened_at=began, finished_at=ended, caught_up=False)
    DayPlan.objects.filter(run=run).update(
        made_at=began + timedelta(seconds=20), queued_at=began, handed_out=1, attempts=1
    )
    unlucky = DayPlan.objects.filter(run=run, absent=False).order_by("person__pinyin", "pk")[1:2].values("pk")
    DayPlan.objects.filter(pk__in=unlucky).update(
        attempts=2,
        handed_out=2,
        queued_at=began + timedelta(minutes=AGAIN),
        made_at=ended,
        error="OperationalError: server closed the connection unexpectedly",
    )
