"""Addresses of the question bank, one module per subject."""

from questionbank.urls import bank, importing

app_name = "questionbank"
urlpatterns = [*importing.urlpatterns, *bank.urlpatterns]
