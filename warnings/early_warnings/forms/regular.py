"""What the person of a regular report enters (WRN-6)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from early_warnings.models import RegularReport


class CommentForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the figures mean, and what will be done."""

    class Meta:
        model = RegularReport
        fields = ("comment", "outlook")
        labels = {"outlook": _("What will be done")}
        widgets = {"comment": forms.Textarea(attrs={"rows": 6}), "outlook": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].required = True
