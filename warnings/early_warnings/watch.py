"""Broken promises of this floor: reports that nobody has to move, nights that were not evaluated, trials left lying."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from duties import watch
from early_warnings.models import Evaluation, Trial
from early_warnings.querysets import stuck_reports

#: Sweeps come every few seconds, by cron every minute: what is overdue for about as long does not climb by itself. With
#: a look each minute it is named within two minutes of its deadline.
NOT_CLIMBED = timedelta(seconds=50)
#: The night asks again and again from two o'clock on; by this hour it must have been.
EVALUATED_BY = 8
#: A trial that nobody has taken up, or gone on with, for so long.
TRIAL_LATE = timedelta(minutes=15)
#: Names are for people: a thousand are enough.
_MOST = 1000

_WHY = {
    "A": _("no duty keeps it"),
    "B": _("its deadline passed and it did not climb"),
    "C": _("it should have woken"),
    "D": _("its measures should have been judged"),
}


def stuck(now: datetime) -> list[str]:
    """Open reports that will not move by themselves, each by number and name, and why."""
    found = stuck_reports(overdue=now - NOT_CLIMBED, today=timezone.localdate(now), most=_MOST)
    return [f"{kind}-{opened:%y%m}-{pk:04d} {name}：{_WHY[why]}" for kind, opened, pk, name, why in found]


def not_evaluated(now: datetime) -> list[str]:
    """Days since the last one evaluated, once there was a first."""
    last = Evaluation.objects.filter(finished_at__isnull=False).order_by("-on").values_list("on", flat=True).first()
    if last is None:
        return []
    local = timezone.localtime(now)
    until = local.date() if local.hour >= EVALUATED_BY else local.date() - timedelta(days=1)
    return [(last + timedelta(days=ahead)).isoformat() for ahead in range(1, (until - last).days + 1)]


def trials_left(now: datetime) -> int:
    """Trials that nobody carries out."""
    waiting = Trial.objects.filter(state=Trial.State.WAITING, asked_at__lt=now - TRIAL_LATE)
    left = Trial.objects.filter(state=Trial.State.RUNNING, leased_until__lt=now - TRIAL_LATE)
    return waiting.count() + left.count()


def register_own() -> None:
    """The checks of this floor."""
    watch.register("warnings.stuck", _("Open reports that nothing moves"), stuck)
    watch.register("warnings.not_evaluated", _("Days that were not evaluated"), not_evaluated)
    watch.register("warnings.trials", _("Trials that nobody carries out"), trials_left)
