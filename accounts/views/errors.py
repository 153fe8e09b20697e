"""What people and scripts are told when a page is not to be had."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseServerError, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _

from accounts.middleware import wants_json


def csrf_failure(request, reason=""):
    """A stale token: JSON callers get code `csrf`, people a page that says what to do."""
    if wants_json(request):
        return JsonResponse(
            {"code": "csrf", "message": _("Your sign-in has changed. Sign in again to save.")}, status=403
        )
    return render(request, "403_csrf.html", status=403)


@login_not_required
def bad_request(request, exception=None):
    return render(request, "400.html", status=400)


@login_not_required
def permission_denied(request, exception=None):
    return render(request, "403.html", status=403)


@login_not_required
def page_not_found(request, exception=None):
    return render(request, "404.html", status=404)


@login_not_required
def too_many_requests(request):
    """What allauth answers when somebody tries too often."""
    return render(request, "429.html", status=429)


@login_not_required
def server_error(request):
    """Without a request context: the database may be what went wrong, and the navigation would ask it."""
    return HttpResponseServerError(get_template("500.html").render())
