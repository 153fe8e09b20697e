import pytest
from django.urls import reverse

from accounts.models import Role
from questionbank.models import Competency
from tests.factories import make_question, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("questionbank:competency_list")
FIRST = ["Concepts", "Training", "Architectures", "Practice"]


def url(name, competency):
    return reverse(f"questionbank:competency_{name}", args=[competency.pk])


def names():
    return [competency.name for competency in Competency.objects.all()]


@pytest.fixture
def manager(client):
    manager = make_user(Role.HIRING_MANAGER)
    client.force_login(manager)
    return manager


@pytest.mark.parametrize("count", [1, 3])
def test_competency_list_query_count(client, manager, django_assert_num_queries, count):
    for competency in Competency.objects.all()[:count]:
        make_question(competency=competency)

    with django_assert_num_queries(3):
        response = client.get(LIST)

    assert [competency.name for competency in response.context["competencies"]] == FIRST


def test_competency_create_adds_it_at_the_end(client, manager):
    client.post(reverse("questionbank:competency_create"), {"name": " Team  work "})

    assert names() == [*FIRST, "Team work"]


@pytest.mark.parametrize("name", ["", "CONCEPTS", "x" * 49])
def test_competency_create_with_a_name_that_cannot_be(client, manager, name):
    response = client.post(reverse("questionbank:competency_create"), {"name": name}, headers={"HX-Request": "true"})

    assert "There is a problem" in response.content.decode()
    assert names() == FIRST


def test_competency_rename(client, manager):
    competency = Competency.objects.first()

    client.post(url("rename", competency), {f"c{competency.pk}-name": "Ideas"})

    assert names() == ["Ideas", *FIRST[1:]]


def test_competency_rename_to_a_taken_name_says_so(client, manager):
    competency = Competency.objects.first()

    response = client.post(url("rename", competency), {f"c{competency.pk}-name": "practice"})

    assert "There is a competency “practice” already." in response.content.decode()
    assert names() == FIRST


def test_competency_move(client, manager):
    client.post(url("move", Competency.objects.last()), {"to": "0"})

    assert names() == ["Practice", "Concepts", "Training", "Architectures"]


def test_competency_delete_when_unused(client, manager):
    client.post(url("delete", Competency.objects.first()))

    assert names() == FIRST[1:]


def test_competency_delete_moves_its_questions(client, manager):
    first, second = Competency.objects.all()[:2]
    question = make_question(competency=first)

    response = client.post(url("delete", first))
    assert "Choose where the questions of “Concepts” go, then delete it." in response.content.decode()
    assert names() == FIRST

    client.post(url("delete", first), {"to": second.pk})
    question.refresh_from_db()
    assert question.competency == second
    assert names() == FIRST[1:]


@pytest.mark.parametrize("name", ["rename", "move", "delete"])
@pytest.mark.parametrize(("roles", "status"), [([Role.INTERVIEWER], 403), ([], 404)])
def test_competency_actions_by_others_are_refused(client, name, roles, status):
    client.force_login(make_user(*roles))

    assert client.post(url(name, Competency.objects.first()), {"to": "0"}).status_code == status
    assert client.post(reverse("questionbank:competency_create"), {"name": "No"}).status_code == status
    assert names() == FIRST


def test_competency_list_is_read_only_for_readers(client):
    client.force_login(make_user(Role.RECRUITER))

    page = client.get(LIST).content.decode()

    assert 'method="post"' not in page.split("<main", 1)[1]


def test_competency_list_for_a_stranger_is_not_found(client):
    client.force_login(make_user())

    assert client.get(LIST).status_code == 404


@pytest.mark.parametrize("name", ["rename", "move", "delete"])
def test_competency_actions_are_for_post_only(client, manager, name):
    assert client.get(url(name, Competency.objects.first())).status_code == 405
