"""Addresses of customers and of the organisation; the customer's own page shows several apps and is config's."""

from django.urls import path

from accounts.views import customers, editing, people

app_name = "accounts"

urlpatterns = [
    path("customers/", customers.customers, name="customers"),
    path("customers/counts/", customers.customer_counts, name="customer-counts"),
    path("customers/export/", customers.export_customers, name="customers-export"),
    path("customers/new/", editing.new, name="customer-new"),
    path("customers/<int:pk>/edit/", editing.edit, name="customer-edit"),
    path("customers/<int:pk>/class/", editing.class_change, name="customer-class"),
    path("people/", people.people, name="people"),
    path("absences/", people.absences, name="absences"),
    path("absences/<int:pk>/end/", people.end, name="absence-end"),
    path("organisation/", people.organisation, name="organisation"),
]
