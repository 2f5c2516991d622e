from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from duties import kinds


class VisitsConfig(AppConfig):
    name = "visits"
    label = "visits"
    verbose_name = _("Visits")

    def ready(self) -> None:
        from duties import watch
        from visits.services.watching import plans_given_up, plans_missing

        kinds.register(
            kinds.Kind(
                key="visit.problem",
                label=_("Problem found on a visit"),
                sentence=_("Solve at %(customer)s: %(what)s"),
                url_name="visits:problem",
                icon="alert-circle",
            )
        )
        watch.register("visits.plan_missing", _("Nobody planned today's visits for"), plans_missing)
        watch.register(
            "visits.plan_given_up", _("Plans that failed and are not tried again by themselves"), plans_given_up
        )
