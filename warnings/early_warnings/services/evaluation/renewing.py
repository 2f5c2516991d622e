"""Kept rows brought up to date by the import that touched them, as its indexes are (WRN-3).

So an evaluation after an import finds them as the facts are, and looks only at those.
"""

from datetime import date

from django.db import transaction

from early_warnings.models import Evaluation, KeptBasis
from early_warnings.services.evaluation import keeping, statements
from early_warnings.services.evaluation.knowing import asked_on, was_known
from early_warnings.services.months import notes
from early_warnings.services.months.work import MEMORY, Work


@transaction.atomic
def renew_touched(*, on: date) -> bool:
    """Read again what was noted of few customers; False if all that was noted is left to the next evaluation.

    It is left while an evaluation runs, where more than rows of few customers is to be made anew, and where other
    months are known of than at the last evaluation, so that everybody is evaluated again anyhow.
    """
    work = Work()
    if not work.execute(statements.TAKE_TURN_IF_FREE)[0][0] or not _has_kept(on):
        return False
    work.execute(MEMORY)
    asked = asked_on(work, on)
    renewed = was_known(asked.known) and keeping.keep(work, asked.basis, asked.of_customers, only_few=True)
    if renewed:
        notes.forget(work)
    else:
        transaction.set_rollback(True)
    return renewed


def _has_kept(on: date) -> bool:
    return KeptBasis.objects.exclude(plan="").exists() and not Evaluation.objects.filter(on__gt=on).exists()
