from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from duties import kinds


class VisitsConfig(AppConfig):
    name = "visits"
    label = "visits"
    verbose_name = _("Visits")

    def ready(self) -> None:
        kinds.register(
            kinds.Kind(
                key="visit.problem",
                label=_("Problem found on a visit"),
                sentence=_("Solve at %(customer)s: %(what)s"),
                url_name="visits:problem",
                icon="alert-circle",
            )
        )
