from django.urls import path

from questionbank.views import importing

urlpatterns = [
    path("sets/import/", importing.import_start, name="import_start"),
    path("sets/import/<int:pk>/", importing.import_preview, name="import_preview"),
    path("sets/import/<int:pk>/confirm/", importing.import_confirm, name="import_confirm"),
    path("sets/import/<int:pk>/discard/", importing.import_discard, name="import_discard"),
    path("sets/import/<int:pk>/fill/", importing.import_fill, name="import_fill"),
    path("sets/import/<int:pk>/sets/<int:number>/", importing.import_set_edit, name="import_set_edit"),
    path("sets/import/<int:pk>/sets/<int:number>/choose/", importing.import_set_choose, name="import_set_choose"),
    path("sets/import/<int:pk>/sets/<int:number>/separate/", importing.import_set_separate, name="import_set_separate"),
    path("sets/import/<int:pk>/sets/<int:number>/join/", importing.import_set_join, name="import_set_join"),
    path("sets/import/<int:pk>/questions/<int:number>/", importing.import_question_edit, name="import_question_edit"),
    path(
        "sets/import/<int:pk>/questions/<int:number>/choose/",
        importing.import_question_choose,
        name="import_question_choose",
    ),
    path(
        "sets/import/<int:pk>/questions/<int:number>/stage/",
        importing.import_question_stage,
        name="import_question_stage",
    ),
    path(
        "sets/import/<int:pk>/questions/<int:number>/exclude/",
        importing.import_question_exclude,
        name="import_question_exclude",
    ),
    path(
        "sets/import/<int:pk>/questions/<int:number>/include/",
        importing.import_question_include,
        name="import_question_include",
    ),
]
