from django.apps import AppConfig
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints import rules
from duties import kinds


class ComplaintsConfig(AppConfig):
    name = "complaints"
    label = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        from complaints.models import Complaint

        for step, (label, sentence) in _DUTIES.items():
            kinds.register(
                kinds.Kind(
                    key=rules.DUTY_KINDS[step],
                    label=label,
                    sentence=sentence,
                    url_name="complaints:complaint",
                    icon="message-circle",
                    cases=dict(Complaint.Gravity.choices),
                    words={"outcome": dict(Complaint.Step.choices)},
                )
            )


_DUTIES: dict[rules.Step, tuple[Promise, Promise]] = {
    rules.Step.ASSIGNED: (_("Assign a complaint"), _("Assign complaint %(number)s: %(subject)s")),
    rules.Step.INVESTIGATED: (_("Investigate a complaint"), _("Investigate complaint %(number)s: %(subject)s")),
    rules.Step.INSTRUCTED: (
        _("Give the plan for a complaint"),
        _("Give the plan for complaint %(number)s: %(subject)s"),
    ),
    rules.Step.HANDLED: (_("Handle a complaint"), _("Handle complaint %(number)s: %(subject)s")),
    rules.Step.TOLD: (_("Tell the customer"), _("Tell the customer about complaint %(number)s: %(subject)s")),
    rules.Step.CLOSED: (_("Close a complaint"), _("Close complaint %(number)s: %(subject)s")),
}
