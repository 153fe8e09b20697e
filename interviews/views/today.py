"""The first page: what needs me now."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Role
from interviews.todo import todo_of


@require_safe
def today(request):
    """What needs this user now, by role. At most 14 queries with the session's and the user's."""
    context = {
        "todo": todo_of(request.user),
        "schedules": request.user.schedules,
        "edits_plans": request.user.edits_plans,
        "administers": request.user.holds(Role.ADMINISTRATOR),
        "has_role": bool(request.user.roles),
    }
    return render(request, "interviews/today.html", context)
