import pytest
from django.urls import reverse

from accounts.models import Role
from interviews.models import Candidate
from tests.factories import make_candidate, make_interview, make_user

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"interviews:{name}", args=args)


@pytest.mark.parametrize("words", ["ADA", "lovelace@"])
def test_candidate_list_finds_by_name_and_address(client, words):
    ada = make_candidate(name="Ada Lovelace", email="lovelace@example.test")
    make_candidate(name="Somebody else")
    client.force_login(make_user(Role.RECRUITER))

    response = client.get(url("candidate_list"), {"q": words}, headers={"HX-Request": "true"})

    assert response.context["page"].items == [ada]


@pytest.mark.parametrize("count", [1, 3])
def test_candidate_list_queries(client, django_assert_num_queries, count):
    for _number in range(count):
        make_interview()
    client.force_login(make_user(Role.RECRUITER))

    with django_assert_num_queries(3):
        client.get(url("candidate_list"))


@pytest.mark.parametrize("name", ["candidate_list", "candidate_create"])
def test_candidate_pages_do_not_exist_for_interviewers(client, name):
    client.force_login(make_user(Role.INTERVIEWER))

    assert client.get(url(name)).status_code == 404


def test_candidate_create_and_edit(client):
    client.force_login(make_user(Role.HIRING_MANAGER))

    client.post(url("candidate_create"), {"name": "Ada"})
    client.post(url("candidate_edit", Candidate.objects.get().pk), {"name": "Ada L", "email": "ada@example.test"})

    assert Candidate.objects.values_list("name", "email").get() == ("Ada L", "ada@example.test")


def test_candidate_create_says_what_is_wrong(client):
    client.force_login(make_user(Role.RECRUITER))

    response = client.post(url("candidate_create"), {"name": "", "email": "ada@"})

    assert response.context["form"].errors == {
        "name": ["Enter a name or a number."],
        "email": ["Enter an e-mail address in full, such as name@example.com."],
    }
    assert 'value="ada@"' in response.text


def test_candidate_detail_shows_only_interviews_the_user_may_know_of(client):
    mine = make_interview()
    make_interview(candidate=mine.candidate)
    client.force_login(mine.opening.hiring_manager)

    assert client.get(url("candidate_detail", mine.candidate_id)).context["page"].items == [mine]


def test_candidate_detail_does_not_exist_for_their_interviewer(client):
    interview = make_interview()
    client.force_login(interview.panel.get().user)

    assert client.get(url("candidate_detail", interview.candidate_id)).status_code == 404
