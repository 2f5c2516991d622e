"""Choosing a file to import, and saying how to read it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.services.imports import CUSTOMERS, FACTS, ORDERS
from accounts.services.imports.reading import SUFFIXES

MOST_BYTES = 50 * 1024 * 1024


class UploadForm(forms.Form):
    """A file of customers, facts or orders."""

    kind = forms.ChoiceField(
        label=_("What it holds"),
        choices=((CUSTOMERS, _("customers")), (FACTS, _("monthly facts")), (ORDERS, _("orders by day"))),
    )
    file = forms.FileField(label=_("File"), help_text=_("Excel, CSV or CSV.GZ, up to 50 MB"))
    skip_unknown = forms.BooleanField(label=_("Leave out rows of customers that are not here"), required=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(SUFFIXES):
            raise forms.ValidationError(_("Use a file that ends in .xlsx, .xls, .csv or .csv.gz."))
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 50 MB: import it by the command line."))
        return file
