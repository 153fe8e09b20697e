from django.urls import reverse

from config import service_worker


def test_service_worker_is_for_everybody_and_never_kept(client):
    response = client.get(reverse("service_worker"))

    assert reverse("service_worker") == "/sw.js"  # a worker answers for what lies under its own address
    assert response["Content-Type"] == "text/javascript"
    assert "no-store" in response["Cache-Control"]
    assert response.content.startswith(b'const VERSION = "development";\n')


def test_service_worker_is_another_with_other_files(monkeypatch):
    class Hashed:
        manifest_hash = "0123456789ab"

    monkeypatch.setattr(service_worker, "staticfiles_storage", Hashed())

    assert service_worker.source.__wrapped__().startswith('const VERSION = "0123456789ab";\n')


def test_service_worker_refuses_posts(client):
    assert client.post(reverse("service_worker")).status_code == 405
