"""The score card in the product: versions as data, points of every retailer, what a page shows of them (WRN-1)."""

from early_warnings.services.scoring.cards import card_of, card_on
from early_warnings.services.scoring.reading import Shown, shown, told
from early_warnings.services.scoring.running import score_customers
from early_warnings.services.scoring.setting import Points, make_card, remove_card, try_card
from early_warnings.services.scoring.wording import labels_of

__all__ = [
    "Points",
    "Shown",
    "card_of",
    "card_on",
    "labels_of",
    "make_card",
    "remove_card",
    "score_customers",
    "shown",
    "told",
    "try_card",
]
