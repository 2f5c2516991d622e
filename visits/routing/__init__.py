"""The planner's kernels: plain values in, routes out. No database, no Django.

`day` orders one rider's calls of one day; `horizon` plans several working days together with the search of `kernel`.
"""

from visits.routing.day import (
    EARTH_METRES,
    Call,
    Place,
    Rider,
    Route,
    Stop,
    distances,
    fits_alone,
    plan_route,
    ride_seconds,
)
from visits.routing.horizon import Day, HorizonPlan, Limits, Want, plan_days, window_prices

__all__ = [
    "EARTH_METRES",
    "Call",
    "Day",
    "HorizonPlan",
    "Limits",
    "Place",
    "Rider",
    "Route",
    "Stop",
    "Want",
    "distances",
    "fits_alone",
    "plan_days",
    "plan_route",
    "ride_seconds",
    "window_prices",
]
