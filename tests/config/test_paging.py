import pytest
from django.http import QueryDict

from config.paging import page_of
from interviews.models import Candidate
from tests.factories import make_candidate, make_user

pytestmark = pytest.mark.django_db


def names(page):
    return [candidate.name for candidate in page]


def turn(address, by="name"):
    return page_of(Candidate.objects.all(), QueryDict(address.removeprefix("?")), by=by, size=2)


@pytest.fixture
def five():
    for name in ["Cleo", "Ann", "Ben", "Ann", "Dan"]:
        make_candidate(name=name)


@pytest.mark.parametrize(
    ("by", "pages"),
    [("name", [["Ann", "Ann"], ["Ben", "Cleo"], ["Dan"]]), ("-name", [["Dan", "Cleo"], ["Ben", "Ann"], ["Ann"]])],
)
def test_page_turns_to_the_end_and_back(five, by, pages):
    first = turn("", by)
    second = turn(first.older, by)
    third = turn(second.older, by)
    back = turn(third.newer, by)

    assert [names(page) for page in (first, second, third)] == pages
    assert (first.newer, third.older) == ("", "")
    assert back.items == second.items
    assert turn(back.newer, by) == first


def test_page_keeps_the_other_parameters(five):
    assert turn("?q=n&after=0.Ann").older.startswith("?q=n&after=")


@pytest.mark.parametrize("mark", ["x", "1", "x.Ann", "1.", "1.\0"])
def test_page_of_an_impossible_address_is_the_first(five, mark):
    page = page_of(Candidate.objects.all(), {"after": mark} | {}, by="name", size=5)

    assert (names(page), page.newer) == (["Ann", "Ann", "Ben", "Cleo", "Dan"], "")


@pytest.mark.parametrize("mark", ["1.2026-01-01T10:00", "1.2026-13-01T10:00+00:00"])
def test_page_of_an_impossible_time_is_the_first(mark):
    user = make_user()

    assert page_of(type(user).objects.all(), {"after": mark}, by="date_joined").items == [user]


def test_page_is_one_query(five, django_assert_num_queries):
    with django_assert_num_queries(1):
        turn("")
