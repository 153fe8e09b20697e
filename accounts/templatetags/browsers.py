"""Browsers by the names people know them by."""

import re

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# The first that fits: most browsers claim to be several others too.
BROWSERS = [("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome|CriOS", "Chrome"), ("Safari", "Safari")]
SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X|Macintosh", "Mac"),
    ("Linux|X11", "Linux"),
]


@register.filter
def browser(user_agent):
    """ "Firefox on Linux"; what is not known is left out."""
    name = first(BROWSERS, user_agent) or _("A browser")
    system = first(SYSTEMS, user_agent)
    return _("%(browser)s on %(system)s") % {"browser": name, "system": system} if system else name


def first(names, user_agent):
    return next((name for pattern, name in names if re.search(pattern, user_agent)), "")
