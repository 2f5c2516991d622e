from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from duties import kinds


class DutiesConfig(AppConfig):
    name = "duties"
    label = "duties"
    verbose_name = _("Duties")

    def ready(self) -> None:
        from duties import watch

        watch.register_own()
        kinds.register(
            kinds.Kind(
                key=kinds.VISIT_FOLLOW_UP,
                label=_("Follow-up visit"),
                sentence=_("Visit again: %(reason)s"),
                url_name="customer",
                icon="route",
                words={"outcome": {"visited": _("visited"), "called": _("called")}},
            )
        )
