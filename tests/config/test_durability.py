import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from config.durability import assert_durable

pytestmark = pytest.mark.django_db


def test_durable_server_is_accepted_with_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert_durable(None, connection)


def test_server_that_may_forget_is_refused_in_a_sentence():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")

    with pytest.raises(
        ImproperlyConfigured, match="synchronous_commit = off, so a crash could lose what people were told"
    ):
        assert_durable(None, connection)
