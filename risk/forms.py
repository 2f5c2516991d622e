"""What comes in from the gate, made into values."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from risk.models import Items

OK, BAD = "ok", "bad"
#: Icon and what to look at, item by item.
LOOK = {
    Items.TYRES: ("wheel", _("front and back wheel do not give way")),
    Items.BRAKES: ("disc", _("pull front and back once: it does not roll")),
    Items.LIGHTS: ("bulb", _("headlight, indicators, brake light")),
    Items.STEERING: ("steering-wheel", _("turns to both ends without sticking")),
    Items.HELMET: ("helmet", _("on, and buckled")),
    Items.GLOVES: ("hand-grab", _("the pair at hand")),
    Items.KNEE_PADS: ("shield", _("bound on both sides")),
}


class PreTripForm(forms.Form):
    """Every item is answered; what is wrong is told in words if one likes."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    remark = forms.CharField(label=_("Wrong with it"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in Items:
            self.fields[item.value] = forms.ChoiceField(
                label=item.label,
                choices=[(OK, _("fine")), (BAD, _("a problem"))],
                error_messages={"required": _("Look at this one too.")},
            )

    def failed(self) -> list[str]:
        return [item.value for item in Items if self.cleaned_data[item.value] == BAD]

    def lines(self) -> list[dict[str, Any]]:
        """Each item as the page shows it."""
        return [
            {
                "name": item.value,
                "label": item.label,
                "icon": LOOK[item][0],
                "look": LOOK[item][1],
                "value": self[item.value].value() or "",
                "errors": self[item.value].errors,
            }
            for item in Items
        ]


class RepairForm(forms.Form):
    outcome = forms.CharField(
        label=_("How it was mended"), max_length=200, widget=forms.Textarea(attrs={"rows": 2, "maxlength": 200})
    )
