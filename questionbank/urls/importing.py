from django.urls import path

from config.placeholder import placeholder

urlpatterns = [
    path("sets/import/", placeholder, name="import_start"),
]
