"""Organisation, people, customers, facts: the ground floor that every other app stands on."""

from accounts.models.customers import ClassChange, Customer
from accounts.models.facts import FileImport, MonthlyFact, MonthlyProductFact, OrderDay
from accounts.models.files import Contact, Contract, GroupClientFile, RetailerFile
from accounts.models.organisation import Absence, Clock, OrgUnit, Person, Post
from accounts.models.reading import SensitiveRead
from accounts.models.totals import UnitMonth
from accounts.models.transfers import CustomerTransfer, TransferredCustomer
from accounts.models.uploads import FileUpload

__all__ = [
    "Absence",
    "ClassChange",
    "Clock",
    "Contact",
    "Contract",
    "Customer",
    "CustomerTransfer",
    "FileImport",
    "FileUpload",
    "GroupClientFile",
    "MonthlyFact",
    "MonthlyProductFact",
    "OrderDay",
    "OrgUnit",
    "Person",
    "Post",
    "RetailerFile",
    "SensitiveRead",
    "TransferredCustomer",
    "UnitMonth",
]
