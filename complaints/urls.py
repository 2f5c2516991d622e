"""Addresses of complaints; `public/` is open to everybody."""

from django.urls import path

from complaints.views import causes, lists, public, records, registering

app_name = "complaints"
urlpatterns = [
    path("", lists.complaints, name="list"),
    path("export/", lists.export, name="export"),
    path("causes/", causes.causes, name="causes"),
    path("new/", registering.register, name="register"),
    path("new/customers/", registering.customers, name="customers"),
    path("<int:pk>/", records.complaint, name="complaint"),
    path("<int:pk>/look/", records.look, name="look"),
    path("<int:pk>/hand-over/", records.hand_over, name="hand-over"),
    path("<int:pk>/gravity/", records.gravity, name="gravity"),
    path("<int:pk>/<str:step>/", records.take_step, name="take-step"),
    path("public/", public.file, name="public"),
    path("public/follow/", public.follow, name="follow"),
]
