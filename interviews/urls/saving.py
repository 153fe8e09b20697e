from django.urls import path

from interviews.views import saving

urlpatterns = [
    # scorecards/ID/: what its author's pages send
    path("scorecards/<int:pk>/ops", saving.scorecard_ops, name="scorecard_ops"),
    path("scorecards/<int:pk>/submit", saving.scorecard_submit, name="scorecard_submit"),
]
