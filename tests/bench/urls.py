"""The application's addresses, and the barest views that do the same kind of work."""

from django.db import connection, transaction
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_POST

from accounts.models import User
from config.urls import urlpatterns as application_urls


@require_POST
def write(request, pk):
    """One UPDATE and one INSERT on tables without triggers, constraints or indexes other than the key."""
    text = request.body.decode()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE bench_value SET value = %s WHERE id = %s", [text, pk])
        cursor.execute("INSERT INTO bench_log (value_id, value) VALUES (%s, %s)", [pk, text])
    return JsonResponse({"saved": True})


def page(request, size):
    """A page of `size` bytes, after one query of its own."""
    User.objects.count()
    return HttpResponse(b" " * size)


urlpatterns = [path("bench/write/<int:pk>", write), path("bench/page/<int:size>", page), *application_urls]
TABLES = """
CREATE TABLE bench_value (id bigint PRIMARY KEY, value text NOT NULL DEFAULT '');
CREATE TABLE bench_log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, value_id bigint NOT NULL, value text NOT NULL)
"""
