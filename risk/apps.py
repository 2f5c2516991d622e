from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from duties import kinds


class RiskConfig(AppConfig):
    name = "risk"
    label = "risk"
    verbose_name = _("Risk control")

    def ready(self) -> None:
        kinds.register(
            kinds.Kind(
                key="risk.repair",
                label=_("Repair of a vehicle or its gear"),
                sentence=_("Repair for %(person)s: the pre-trip check failed"),
                url_name="risk:repair",
                icon="tool",
            )
        )
