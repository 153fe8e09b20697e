"""What the header of every page shows."""

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _


def navigation(request):
    """`nav`: the areas this user may open, as `{url, label, current}`; `csrf_cookie`: its name;
    `sso_name`: what single sign-on is called, "" without. No query.

    Not every page has the header, so the areas are put together when it is drawn.
    """
    return {
        "nav": SimpleLazyObject(lambda: areas(request)),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "sso_name": settings.OIDC_NAME if settings.OIDC_SERVER_URL else "",
    }


def areas(request):
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    items = [
        ("interviews:today", _("Today"), True),
        ("questionbank:set_list", _("Question bank"), user.reads_bank),
        ("interviews:plan_list", _("Plans"), user.schedules),
        ("interviews:interview_list", _("Interviews"), user.reads_bank),
        ("interviews:record_list", _("Records"), user.reads_bank),
        ("interviews:candidate_list", _("Candidates"), user.schedules),
        ("interviews:opening_list", _("Openings"), user.schedules),
        ("people:person_list", _("People"), user.administers),
    ]
    match = request.resolver_match
    section = AREA_OF.get(match.view_name.split("_")[0] if match else "", "")
    return [
        {"url": reverse(name), "label": label, "current": name == section} for name, label, allowed in items if allowed
    ]


# The first word of a URL name says which area a page belongs to.
AREA_OF = {
    "interviews:today": "interviews:today",
    "questionbank:set": "questionbank:set_list",
    "questionbank:question": "questionbank:set_list",
    "questionbank:detail": "questionbank:set_list",
    "questionbank:competency": "questionbank:set_list",
    "questionbank:import": "questionbank:set_list",
    "interviews:plan": "interviews:plan_list",
    "interviews:interview": "interviews:interview_list",
    "interviews:panelist": "interviews:interview_list",
    "interviews:record": "interviews:record_list",
    "interviews:debrief": "interviews:record_list",
    "interviews:rating": "interviews:record_list",
    "interviews:decision": "interviews:record_list",
    "interviews:response": "interviews:record_list",
    "interviews:candidate": "interviews:candidate_list",
    "interviews:opening": "interviews:opening_list",
    "people:person": "people:person_list",
    "people:invitation": "people:person_list",
}
