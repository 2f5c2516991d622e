"""A company made of real shops: import, territories, one day's plans, a year of month-end evaluations.

`python benchmarks/real_company.py DIR [--day 2016-12-15] [--managers 8] [--out report.json]`

DIR holds a wholesaler's open data: `iowa_shops.csv` (store, name, city, zip, latitude, longitude) and
`iowa_shop_months_2012_2016.csv.gz` (store, month, order_days, lines, bottles, sale_usd, distinct_items). The database must be
empty. Everything goes through the commands a company would use.
"""

import argparse
import csv
import gzip
import json
import os
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

BRANCHES = 4


def territories(points: np.ndarray, count: int, seed: int = 1, rounds: int = 40) -> np.ndarray:
    """Compact territories of nearly equal size: k-means whose clusters have room for one share each."""
    random = np.random.default_rng(seed)
    scale = np.array([1.0, np.cos(np.radians(points[:, 0].mean()))])
    flat = points * scale
    centres = flat[random.choice(len(flat), count, replace=False)]
    room = int(np.ceil(len(flat) / count))
    owner = np.zeros(len(flat), dtype=int)
    for _ in range(rounds):
        far = np.linalg.norm(flat[:, None] - centres[None], axis=2)
        two = np.partition(far, 1, axis=1)
        left = np.full(count, room)
        for index in np.argsort(-(two[:, 1] - two[:, 0])):  # who would lose most by a second choice goes first
            for choice in np.argsort(far[index]):
                if left[choice]:
                    owner[index], left[choice] = choice, left[choice] - 1
                    break
        moved = np.array([flat[owner == each].mean(axis=0) for each in range(count)])
        if np.allclose(moved, centres):
            break
        centres = moved
    return owner
