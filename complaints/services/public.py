"""What anybody may do without signing in: file a complaint with a customer's code, and ask how it stands (CMP-1)."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import Customer
from complaints import rules
from complaints.models import Complaint, PublicUse
from complaints.services.refusal import Refused
from complaints.services.registering import register

#: Counts are of no use after that.
_KEPT_DAYS = 7

_COUNT = """
    INSERT INTO complaints_publicuse AS used (day, purpose, address, times) VALUES (%s, %s, %s, 1)
    ON CONFLICT (day, purpose, address) DO UPDATE SET times = used.times + 1 WHERE used.times < %s
    RETURNING times
"""


class UsedUp(Refused):
    """This address has used the page too often today."""


@transaction.atomic
def count_use(*, purpose: str, address: str, on: date) -> None:
    """Count one use of a public page by an address; one statement, so two at once cannot both be the last.

    Counted apart from what it leads to: a refused attempt counts too. Raises UsedUp.
    """
    hashed = salted_hmac("complaints.public", address, algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [on, purpose, hashed, rules.PUBLIC_LIMITS[purpose]])
        counted = cursor.fetchone()
    if counted is None:
        raise UsedUp(_("This was tried too often from here today. Please call us, or try again tomorrow."))
    if counted == (1,):
        PublicUse.objects.filter(day__lt=on - timedelta(days=_KEPT_DAYS)).delete()


def register_publicly(*, code: str, name: str, phone: str, subject: str, text: str, now: datetime) -> Complaint:
    """Register what a customer files themselves, by their customer code. Raises Refused if no customer has it."""
    customer = Customer.objects.select_related("unit").filter(code__iexact=code.strip()).first()
    if customer is None:
        raise Refused(
            _("No customer has this code. It stands on your delivery note and in your service handbook."), "code"
        )
    return register(
        customer=customer,
        channel=Complaint.Channel.FORM,
        reported_by_name=name,
        reported_by_phone=phone,
        subject=subject,
        text=text,
        by=None,
        now=now,
    )


def follow(*, number: str, last_four: str) -> Complaint:
    """The complaint of that number, for whoever knows the end of the phone given with it, or of the customer's.

    Raises Refused, in the same words whichever of the two is wrong.
    """
    complaint: Complaint | None = (
        Complaint.objects.select_related("customer").filter(number__iexact=number.strip()).first()
    )
    if complaint is not None:
        phones = (complaint.reported_by_phone, complaint.customer.phone, complaint.customer.second_phone)
        if any(rules.phone_matches(phone, last_four.strip()) for phone in phones):
            return complaint
    raise Refused(_("No complaint has this number and this phone."), "number")
