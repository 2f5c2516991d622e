"""Addresses. Each app adds its own under one prefix."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from config.views import customer, doors, homes, search, tokens, transfers
from duties.views.health import machines

urlpatterns = [
    path("", homes.home, name="home"),
    path("sign-in/", doors.sign_in, name="sign-in"),
    path("sign-out/", doors.sign_out, name="sign-out"),
    path("language/", doors.set_language, name="set_language"),
    path("theme/", doors.set_theme, name="set-theme"),
    path("help/", doors.help_page, name="help"),
    path("favicon.ico", doors.icon, name="icon"),
    path("admin/", admin.site.urls),
    path("api/", include("config.api")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/token/", tokens.SignIn.as_view(), name="api-sign-in"),
    path("api/token/revoke/", tokens.SignOut.as_view(), name="api-sign-out"),
    path("search/", search.search, name="search"),
    path("customers/<int:pk>/", customer.customer, name="customer"),
    path("customers/<int:pk>/look/", customer.drawer, name="customer-drawer"),
    path("customers/<int:pk>/show/<str:field>/", customer.show_field, name="customer-reveal"),
    path("customers/transfer/", transfers.transfer_chosen, name="transfer-customers"),
    path("transfers/<int:pk>/", transfers.transfer, name="transfer"),
    # the apps, a line each
    path("", include("accounts.urls")),
    path("duties/", include("duties.urls")),
    path("health/", machines, name="health"),
    path("visits/", include("visits.urls")),
    path("risk/", include("risk.urls")),
    path("warnings/", include("early_warnings.urls")),
    path("complaints/", include("complaints.urls")),
]

handler400 = "config.views.wrong.bad_request"
handler403 = "config.views.wrong.not_allowed"
handler404 = "config.views.wrong.not_found"
handler500 = "config.views.wrong.failed"
