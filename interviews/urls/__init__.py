"""Addresses of plans, interviews and records, one module per subject."""

from interviews.urls import plans, records, room, saving, scheduling

app_name = "interviews"
urlpatterns = [
    *scheduling.urlpatterns,
    *plans.urlpatterns,
    *room.urlpatterns,
    *saving.urlpatterns,
    *records.urlpatterns,
]
