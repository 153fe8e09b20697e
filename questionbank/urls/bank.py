from django.urls import path

from questionbank.views import competencies, details, questions, sets

urlpatterns = [
    # Sets
    path("sets/", sets.set_list, name="set_list"),
    path("sets/new/", sets.set_create, name="set_create"),
    path("sets/<int:pk>/", sets.set_detail, name="set_detail"),
    path("sets/<int:pk>/edit/", sets.set_edit, name="set_edit"),
    path("sets/<int:pk>/archive/", sets.set_archive, name="set_archive"),
    path("sets/<int:pk>/restore/", sets.set_restore, name="set_restore"),
    # Questions
    path("sets/<int:set_pk>/questions/new/", questions.question_create, name="question_create"),
    path("questions/", questions.question_list, name="question_list"),
    path("questions/stage/", questions.question_stage, name="question_stage"),
    path("questions/<int:pk>/", questions.question_detail, name="question_detail"),
    path("questions/<int:pk>/edit/", questions.question_edit, name="question_edit"),
    path("questions/<int:pk>/archive/", questions.question_archive, name="question_archive"),
    path("questions/<int:pk>/restore/", questions.question_restore, name="question_restore"),
    # What hangs on a question
    path("questions/<int:pk>/<slug:kind>/", details.detail_list, name="detail_list"),
    path("questions/<int:pk>/<slug:kind>/new/", details.detail_create, name="detail_create"),
    path("questions/<int:pk>/<slug:kind>/confirm/", details.detail_confirm, name="detail_confirm"),
    path("questions/<int:pk>/<slug:kind>/<int:detail>/", details.detail_edit, name="detail_edit"),
    path("questions/<int:pk>/<slug:kind>/<int:detail>/delete/", details.detail_delete, name="detail_delete"),
    path("questions/<int:pk>/<slug:kind>/<int:detail>/move/", details.detail_move, name="detail_move"),
    # Competencies
    path("competencies/", competencies.competency_list, name="competency_list"),
    path("competencies/new/", competencies.competency_create, name="competency_create"),
    path("competencies/<int:pk>/rename/", competencies.competency_rename, name="competency_rename"),
    path("competencies/<int:pk>/move/", competencies.competency_move, name="competency_move"),
    path("competencies/<int:pk>/delete/", competencies.competency_delete, name="competency_delete"),
]
