from django.urls import path

from interviews.views import candidates, openings, panels, scheduling, today

urlpatterns = [
    path("", today.today, name="today"),
    # interviews/
    path("interviews/", scheduling.interview_list, name="interview_list"),
    path("interviews/new/", scheduling.interview_schedule, name="interview_schedule"),
    path("interviews/<int:pk>/", scheduling.interview_detail, name="interview_detail"),
    path("interviews/<int:pk>/move/", scheduling.interview_move, name="interview_move"),
    path("interviews/<int:pk>/adjust/", scheduling.interview_adjust, name="interview_adjust"),
    path("interviews/<int:pk>/cancel/", scheduling.interview_cancel, name="interview_cancel"),
    path("interviews/<int:pk>/no-show/", scheduling.interview_no_show, name="interview_no_show"),
    path("interviews/<int:pk>/version/", scheduling.interview_version, name="interview_version"),
    path("interviews/<int:pk>/sitting/", scheduling.interview_sitting, name="interview_sitting"),
    path("interviews/<int:pk>/sitting/drop/", scheduling.interview_drop_sitting, name="interview_drop_sitting"),
    # interviews/ID/panel/
    path("interviews/<int:pk>/panel/add/", panels.panelist_add, name="panelist_add"),
    path("interviews/<int:pk>/panel/<int:panelist_pk>/remove/", panels.panelist_remove, name="panelist_remove"),
    path("interviews/<int:pk>/panel/<int:panelist_pk>/replace/", panels.panelist_replace, name="panelist_replace"),
    path("interviews/<int:pk>/panel/<int:panelist_pk>/lead/", panels.panelist_lead, name="panelist_lead"),
    path("interviews/<int:pk>/panel/<int:panelist_pk>/excuse/", panels.panelist_excuse, name="panelist_excuse"),
    path("interviews/<int:pk>/panel/<int:panelist_pk>/remind/", panels.panelist_remind, name="panelist_remind"),
    # candidates/
    path("candidates/", candidates.candidate_list, name="candidate_list"),
    path("candidates/new/", candidates.candidate_create, name="candidate_create"),
    path("candidates/<int:pk>/", candidates.candidate_detail, name="candidate_detail"),
    path("candidates/<int:pk>/edit/", candidates.candidate_edit, name="candidate_edit"),
    # openings/
    path("openings/", openings.opening_list, name="opening_list"),
    path("openings/new/", openings.opening_create, name="opening_create"),
    path("openings/<int:pk>/", openings.opening_detail, name="opening_detail"),
    path("openings/<int:pk>/edit/", openings.opening_edit, name="opening_edit"),
    path("openings/<int:pk>/archive/", openings.opening_archive, name="opening_archive"),
    path("openings/<int:pk>/restore/", openings.opening_restore, name="opening_restore"),
]
