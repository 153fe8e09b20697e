import pytest
from django.urls import reverse

from accounts.models import Role
from interviews.models import Opening, State
from tests.factories import make_interview, make_opening, make_user

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"interviews:{name}", args=args)


def test_opening_list_shows_current_ones_only(client):
    kept, archived = make_opening(), make_opening()
    archived.archive()
    client.force_login(make_user(Role.RECRUITER))

    page = client.get(url("opening_list")).context["page"]

    assert page.items == [kept]


def test_opening_list_searches_titles(client):
    engineer = make_opening(title="Deep learning engineer")
    make_opening(title="Writer")
    client.force_login(make_user(Role.RECRUITER))

    response = client.get(url("opening_list"), {"q": "LEARN"}, headers={"HX-Request": "true"})

    assert response.context["page"].items == [engineer]
    assert "<html" not in response.text


@pytest.mark.parametrize("count", [1, 3])
def test_opening_list_queries(client, django_assert_num_queries, count):
    for _number in range(count):
        make_interview()
    client.force_login(make_user(Role.RECRUITER))

    with django_assert_num_queries(3):
        client.get(url("opening_list"))


@pytest.mark.parametrize("name", ["opening_list", "opening_create"])
@pytest.mark.parametrize("role", [Role.INTERVIEWER, Role.ADMINISTRATOR])
def test_opening_pages_do_not_exist_for_others(client, name, role):
    client.force_login(make_user(role))

    assert client.get(url(name)).status_code == 404


def test_opening_create_suggests_the_hiring_manager_themself(client):
    manager = make_user(Role.HIRING_MANAGER)
    client.force_login(manager)

    form = client.get(url("opening_create")).context["form"]
    client.post(url("opening_create"), {"title": "Engineer", "hiring_manager": manager.pk})

    assert form["hiring_manager"].value() == manager.pk
    assert Opening.objects.get().hiring_manager == manager


def test_opening_create_keeps_what_was_typed_on_error(client):
    client.force_login(make_user(Role.RECRUITER))

    response = client.post(url("opening_create"), {"title": "", "description": "Typed at length"})

    assert response.status_code == 200
    assert response.context["form"].errors == {
        "title": ["Enter the title of the job."],
        "hiring_manager": ["Choose who decides for this opening."],
    }
    assert "Typed at length" in response.text


def test_opening_edit_by_another_hiring_manager_is_refused(client):
    opening = make_opening()
    client.force_login(make_user(Role.HIRING_MANAGER))

    assert client.get(url("opening_edit", opening.pk)).status_code == 403
    assert client.post(url("opening_archive", opening.pk)).status_code == 403
    assert client.get(url("opening_detail", opening.pk)).status_code == 200


def test_opening_edit_saves(client):
    opening = make_opening()
    client.force_login(opening.hiring_manager)

    client.post(url("opening_edit", opening.pk), {"title": "New", "hiring_manager": opening.hiring_manager_id})

    opening.refresh_from_db()
    assert opening.title == "New"


def test_opening_archive_and_restore(client):
    opening = make_opening()
    client.force_login(opening.hiring_manager)

    client.post(url("opening_archive", opening.pk))
    archived = Opening.objects.archived().get()
    client.post(url("opening_restore", opening.pk))

    assert archived == opening
    assert Opening.objects.current().get() == opening
    assert client.get(url("opening_archive", opening.pk)).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_opening_detail_queries(client, django_assert_num_queries, count):
    opening = make_opening()
    for _number in range(count):
        make_interview(opening=opening)
        make_interview(opening=opening, state=State.FINISHED)
    client.force_login(opening.hiring_manager)

    with django_assert_num_queries(9):
        client.get(url("opening_detail", opening.pk))
