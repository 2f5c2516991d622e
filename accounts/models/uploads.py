"""Files that wait between their check and the word to import them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.facts import FileImport
from accounts.models.organisation import Person


class FileUpload(models.Model):
    """A file that somebody sent and has not confirmed yet. Its evidence, once imported, is a `FileImport`."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("by"), db_index=False)
    kind = models.CharField(_("kind"), max_length=14, choices=FileImport.Kind)
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField()
    options = models.JSONField(default=dict)
    sent_at = models.DateTimeField(_("uploaded at"))

    class Meta:
        verbose_name = _("uploaded file")
        verbose_name_plural = _("uploaded files")
        indexes = [models.Index(fields=["person", "-sent_at"], name="upload_of_person")]

    def __str__(self) -> str:
        return self.file_name
