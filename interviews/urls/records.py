from django.urls import path

from interviews.views import debrief, records

urlpatterns = [
    path("records/", records.record_list, name="record_list"),
    path("records/<int:pk>/", records.record_detail, name="record_detail"),
    # Once scorecards are in
    path("records/<int:pk>/debrief/", debrief.debrief, name="debrief"),
    path("records/<int:pk>/debrief/<int:item_pk>/agree/", debrief.rating_agree, name="rating_agree"),
    path("records/<int:pk>/decision/", debrief.decision_create, name="decision_create"),
    path("records/<int:pk>/amend/<int:response_pk>/", debrief.response_amend, name="response_amend"),
]
