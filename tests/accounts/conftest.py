import pytest
from django.test import Client


@pytest.fixture
def client_of():
    """A browser of one's own, signed in: `client_of(user)`."""

    def make(user, **kwargs):
        client = Client(**kwargs)
        client.force_login(user)
        return client

    return make
