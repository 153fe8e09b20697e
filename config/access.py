"""The fetch is the check: not yours is 404, visible but not editable is 403."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404


def get_or_refuse(visible, allowed, **lookup):
    """The object from `allowed`; 404 if it is not in `visible` either, 403 if it is. One query, two on refusal."""
    found = allowed.filter(**lookup).first()
    if found is None:
        get_object_or_404(visible, **lookup)
        raise PermissionDenied
    return found


def allow(*, visible, allowed):
    """Where there is no object to fetch: 404 for whom the page does not exist, 403 for whom it is not to change."""
    if not visible:
        raise Http404
    if not allowed:
        raise PermissionDenied
