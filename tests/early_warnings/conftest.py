"""What the tests of evaluations share."""

import pytest
from early_warnings.models import Indicator

from accounts.models import Customer
from tests.early_warnings.cases import steady_market
from tests.factories.company import Company


@pytest.fixture
def market(company: Company) -> list[Customer]:
    """Steady customers of branch B; values are told as they are, for round figures."""
    Indicator.objects.update(against_market=False)
    return steady_market(company.b)
