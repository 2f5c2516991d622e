"""The API: every app's `api.routes` under one router."""

from rest_framework.routers import DefaultRouter

router = DefaultRouter()
for _routes in ():
    for _prefix, _viewset in _routes:
        router.register(_prefix, _viewset, basename=_prefix)

urlpatterns = router.urls
