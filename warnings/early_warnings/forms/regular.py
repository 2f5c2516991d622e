"""What the person of a regular report enters (WRN-6)."""

from django import forms

from early_warnings.models import RegularReport


class CommentForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the figures mean, and what will be done."""

    class Meta:
        model = RegularReport
        fields = ("comment", "outlook")
        widgets = {"comment": forms.Textarea(attrs={"rows": 6}), "outlook": forms.Textarea(attrs={"rows": 4})}
