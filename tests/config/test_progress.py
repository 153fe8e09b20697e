import io

import pytest

from accounts.models import User
from config.progress import Progress
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_progress_names_how_far_it_is():
    make_user()
    make_user()
    out = io.StringIO()

    Progress(out, of=User.objects, what="people", every=0)(1)

    assert out.getvalue() == "1 of 2 people"


def test_progress_is_silent_for_a_second():
    out = io.StringIO()

    Progress(out, of=User.objects, what="people")(1)

    assert out.getvalue() == ""
