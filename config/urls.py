"""The root of all addresses."""

from django.urls import include, path

from accounts.admin import site
from config.health import healthz
from config.service_worker import service_worker

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("sw.js", service_worker, name="service_worker"),
    path("accounts/", include("accounts.urls")),
    path("people/", include("accounts.people_urls")),
    path("admin/", site.urls),
    path("", include("questionbank.urls")),
    path("", include("interviews.urls")),
]
handler400 = "accounts.views.errors.bad_request"
handler403 = "accounts.views.errors.permission_denied"
handler404 = "accounts.views.errors.page_not_found"
handler429 = "accounts.views.errors.too_many_requests"  # allauth's, for its rate limits
handler500 = "accounts.views.errors.server_error"
