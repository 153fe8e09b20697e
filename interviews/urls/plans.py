from django.urls import path

from interviews.views import plan_draft, plan_versions, plans

urlpatterns = [
    path("plans/", plans.plan_list, name="plan_list"),
    path("plans/new/", plans.plan_create, name="plan_create"),
    path("plans/suggest/", plans.plan_suggest, name="plan_suggest"),
    path("plans/<int:pk>/", plans.plan_detail, name="plan_detail"),
    path("plans/<int:pk>/edit/", plans.plan_edit, name="plan_edit"),
    path("plans/<int:pk>/duplicate/", plans.plan_duplicate, name="plan_duplicate"),
    path("plans/<int:pk>/archive/", plans.plan_archive, name="plan_archive"),
    path("plans/<int:pk>/restore/", plans.plan_restore, name="plan_restore"),
    # The draft
    path("plans/<int:pk>/order/", plan_draft.plan_order, name="plan_order"),
    path("plans/<int:pk>/items/add/", plan_draft.plan_item_add, name="plan_item_add"),
    path("plans/<int:pk>/segments/add/", plan_draft.plan_segment_add, name="plan_segment_add"),
    path("plans/<int:pk>/items/<int:item>/", plan_draft.plan_item_change, name="plan_item_change"),
    path("plans/<int:pk>/items/<int:item>/move/", plan_draft.plan_item_move, name="plan_item_move"),
    path("plans/<int:pk>/items/<int:item>/remove/", plan_draft.plan_item_remove, name="plan_item_remove"),
    path("plans/<int:pk>/items/<int:item>/put-back/", plan_draft.plan_item_put_back, name="plan_item_put_back"),
    # Versions and paper
    path("plans/<int:pk>/publish/", plan_versions.plan_publish, name="plan_publish"),
    path("plans/<int:pk>/discard/", plan_versions.plan_discard, name="plan_discard"),
    path("plans/<int:pk>/print/", plan_versions.plan_print, name="plan_print"),
    path("plans/<int:pk>/versions/<int:number>/", plan_versions.plan_version, name="plan_version"),
    path("plans/<int:pk>/versions/<int:number>/print/", plan_versions.plan_version_print, name="plan_version_print"),
]
