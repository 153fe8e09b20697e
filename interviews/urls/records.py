from django.urls import path

from interviews.views import records

urlpatterns = [
    path("records/", records.record_list, name="record_list"),
    path("records/<int:pk>/", records.record_detail, name="record_detail"),
]
