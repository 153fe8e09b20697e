"""The worker that lets a live room open without a network; it answers for the whole site, so it stands at the root."""

import functools

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@never_cache
@require_safe
def service_worker(request):
    """static/js/service-worker.js, told the version of the static files: a new one drops what was kept. No query."""
    return HttpResponse(source(), content_type="text/javascript")


@functools.cache
def source():
    version = getattr(staticfiles_storage, "manifest_hash", None) or "development"
    code = (settings.BASE_DIR / "static" / "js" / "service-worker.js").read_text(encoding="utf-8")
    return f'const VERSION = "{version}";\n{code}'
