"""The score card in the product: versions as data, points of every retailer, what a page shows of them (WRN-1)."""

from early_warnings.services.scoring.cards import card_of, card_on
from early_warnings.services.scoring.reading import Shown, shown
from early_warnings.services.scoring.running import score_customers

__all__ = ["Shown", "card_of", "card_on", "score_customers", "shown"]
