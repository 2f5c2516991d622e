"""The API: every app's `api.routes` under one router."""

from importlib import import_module
from importlib.util import find_spec

from rest_framework.routers import DefaultRouter

_APPS = ("accounts", "duties", "risk", "visits", "complaints", "early_warnings")

router = DefaultRouter()
router.include_format_suffixes = False  # JSON is the one format
for _app in _APPS:
    if find_spec(f"{_app}.api"):
        for _prefix, _viewset in import_module(f"{_app}.api").routes:
            router.register(_prefix, _viewset, basename=_prefix)

urlpatterns = router.urls
