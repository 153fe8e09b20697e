from django.urls import path

from interviews.views import review, room

urlpatterns = [
    # interviews/ID/: the room and what the lead does there
    path("interviews/<int:pk>/room/", room.room, name="room"),
    path("rehearsal/", room.rehearsal, name="rehearsal"),
    path("rehearsal/candidate/", room.rehearsal_candidate, name="rehearsal_candidate"),
    path("interviews/<int:pk>/candidate/", room.candidate_view, name="candidate_view"),
    path("interviews/<int:pk>/room/state/", room.room_refresh, name="room_refresh"),
    path("interviews/<int:pk>/room/events/", room.room_events, name="room_events"),
    path("interviews/<int:pk>/room/course/", room.course_change, name="course_change"),
    path("interviews/<int:pk>/start/", room.interview_start, name="interview_start"),
    path("interviews/<int:pk>/pause/", room.interview_pause, name="interview_pause"),
    path("interviews/<int:pk>/resume/", room.interview_resume, name="interview_resume"),
    path("interviews/<int:pk>/finish/", room.interview_finish, name="interview_finish"),
    path("interviews/<int:pk>/finish/undo/", room.finish_undo, name="finish_undo"),
    path("interviews/<int:pk>/swap/<int:item_pk>/", room.question_swap, name="question_swap"),
    path("interviews/<int:pk>/unplanned/", room.unplanned_add, name="unplanned_add"),
    path("interviews/<int:pk>/review/", review.scorecard_review, name="scorecard_review"),
]
