"""Addresses of customers and of the organisation; the customer's own page shows several apps and is config's."""

from django.urls import path

from accounts.views import customers, editing, imports, people

app_name = "accounts"

urlpatterns = [
    path("customers/", customers.customers, name="customers"),
    path("customers/counts/", customers.customer_counts, name="customer-counts"),
    path("customers/export/", customers.export_customers, name="customers-export"),
    path("customers/new/", editing.new, name="customer-new"),
    path("customers/<int:pk>/edit/", editing.edit, name="customer-edit"),
    path("customers/<int:pk>/class/", editing.class_change, name="customer-class"),
    path("import/", imports.upload, name="import"),
    path("import/template/<str:kind>/", imports.template, name="import-template"),
    path("import/<int:pk>/", imports.check, name="import-check"),
    path("import/<int:pk>/confirm/", imports.confirm, name="import-confirm"),
    path("import/<int:pk>/errors/", imports.errors, name="import-errors"),
    path("people/", people.people, name="people"),
    path("absences/", people.absences, name="absences"),
    path("absences/<int:pk>/end/", people.end, name="absence-end"),
    path("organisation/", people.organisation, name="organisation"),
]
