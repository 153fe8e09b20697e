"""What every page of a signed-in user carries so that nothing typed stays behind on the device."""

import json

from django.conf import settings

from interviews.saving import PROTOCOL


def saving(request):
    """`saving`: who is signed in and how changes are sent, as JSON; None for nobody. No query."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"saving": None}
    return {"saving": json.dumps({"user": user.pk, "protocol": PROTOCOL, "timing": settings.SAVING})}
