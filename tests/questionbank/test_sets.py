import pytest
from django.urls import reverse

from accounts.models import Role
from questionbank.models import AudienceRow, QuestionSet, Tip
from tests.factories import make_question, make_question_set, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("questionbank:set_list")


def url(name, question_set):
    return reverse(f"questionbank:{name}", args=[question_set.pk])


def filled(**kwargs):
    return {
        "title": "Databases",
        "language": "en",
        "audience-TOTAL_FORMS": "1",
        "audience-INITIAL_FORMS": "0",
        "audience-0-who": "",
        "audience-0-use": "",
        **kwargs,
    }


@pytest.fixture
def manager():
    return make_user(Role.HIRING_MANAGER)


@pytest.fixture
def reader():
    return make_user(Role.INTERVIEWER)


def test_set_list_counts_what_is_not_archived(client, reader):
    question = make_question(minutes=4)
    make_question(question_set=question.question_set).archive()
    client.force_login(reader)

    (shown,) = client.get(LIST).context["sets"]

    assert (shown.question_count, shown.minutes) == (1, 4)


@pytest.mark.parametrize("count", [1, 3])
def test_set_list_query_count(client, reader, django_assert_num_queries, count):
    for _ in range(count):
        make_question()
    client.force_login(reader)

    with django_assert_num_queries(4):
        client.get(LIST)


def test_set_list_goes_on_by_title(client, reader):
    QuestionSet.objects.bulk_create(QuestionSet(title=f"Set {n:02}") for n in range(32))
    client.force_login(reader)

    first = client.get(LIST)
    second = client.get(LIST, {"after": first.context["next"]}, headers={"HX-Request": "true"})

    page = second.content.decode()
    assert [f"Set {n}" in page for n in (29, 30, 31)] == [False, True, True]
    assert "Show more" not in page


def test_set_list_finds_by_title_and_shows_archived_apart(client, reader):
    make_question_set(title="Deep learning")
    make_question_set(title="Databases")
    make_question_set(title="Old").archive()
    client.force_login(reader)

    assert [one.title for one in client.get(LIST, {"title": "learn"}).context["sets"]] == ["Deep learning"]
    assert [one.title for one in client.get(LIST, {"archived": "1"}).context["sets"]] == ["Old"]


def test_set_list_is_not_there_without_a_role(client):
    make_question_set()
    client.force_login(make_user())

    assert client.get(LIST).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_set_detail_query_count(client, reader, django_assert_num_queries, count):
    question_set = make_question_set()
    for _ in range(count):
        make_question(question_set=question_set)
        Tip.objects.create(question_set=question_set, audience="interviewers", kind="do", text="Listen.")
    client.force_login(reader)

    with django_assert_num_queries(7):
        client.get(question_set.get_absolute_url())


def test_set_detail_escapes_what_people_wrote(client, reader):
    question_set = make_question_set(title="<script>alert(1)</script>", introduction="<img src=x>")
    client.force_login(reader)

    page = client.get(question_set.get_absolute_url()).content.decode()

    assert "<script>alert" not in page
    assert "<img src=x>" not in page


def test_set_detail_offers_editing_to_editors_only(client, manager, reader):
    question_set = make_question().question_set

    for user, offered in ((manager, True), (reader, False)):
        client.force_login(user)
        page = client.get(question_set.get_absolute_url()).content.decode()
        assert (url("set_edit", question_set) in page) is offered
        assert (url("set_archive", question_set) in page) is offered
        assert (f"{reverse('interviews:plan_suggest')}?set={question_set.pk}" in page) is offered


def test_set_detail_for_a_stranger_is_not_found(client):
    client.force_login(make_user())

    assert client.get(make_question_set().get_absolute_url()).status_code == 404


def test_set_create_keeps_tips_and_audience(client, manager):
    client.force_login(manager)

    response = client.post(
        reverse("questionbank:set_create"),
        filled(interviewers_do="Listen.\n\n  Wait. ", **{"audience-0-who": "Leads", "audience-0-use": "To ask."}),
    )

    question_set = QuestionSet.objects.get()
    assert response.url == question_set.get_absolute_url()
    assert question_set.created_by == manager
    assert [tip.text for tip in question_set.tips.all()] == ["Listen.", "Wait."]
    assert [(row.who, row.use) for row in question_set.audience.all()] == [("Leads", "To ask.")]


def test_set_edit_replaces_only_what_changed(client, manager):
    question_set = make_question_set(title="Databases")
    kept = Tip.objects.create(question_set=question_set, audience="interviewees", kind="dont", text="Guess.")
    Tip.objects.create(question_set=question_set, audience="interviewers", kind="do", text="Talk.")
    row = AudienceRow.objects.create(question_set=question_set, who="Leads")
    client.force_login(manager)

    client.post(
        url("set_edit", question_set),
        filled(
            interviewees_dont="Guess.",
            interviewers_do="Listen.",
            **{"audience-INITIAL_FORMS": "1", "audience-0-who": "Leads"},
        ),
    )

    assert list(question_set.tips.values_list("text", flat=True)) == ["Guess.", "Listen."]
    assert question_set.tips.filter(pk=kept.pk).exists()
    assert question_set.audience.get() == row


def test_set_edit_with_errors_keeps_what_was_typed(client, manager):
    question_set = make_question_set(title="Databases")
    client.force_login(manager)

    response = client.post(
        url("set_edit", question_set),
        filled(title="", introduction="Typed", interviewers_do="x" * 401, **{"audience-0-use": "For nobody"}),
    )

    page = response.content.decode()
    assert response.status_code == 200
    for sentence in ("Enter a title.", "Line 1 has 401 characters. Shorten it to 400.", "Enter who this row is about"):
        assert sentence in page
    assert "Typed" in page
    assert "x" * 401 in page
    question_set.refresh_from_db()
    assert question_set.title == "Databases"


def test_set_archive_and_restore(client, manager):
    question_set = make_question_set()
    client.force_login(manager)

    response = client.post(url("set_archive", question_set), follow=True)
    assert "Undo: restore the set" in response.content.decode()
    question_set.refresh_from_db()
    assert question_set.archived_at is not None

    client.post(url("set_restore", question_set))
    question_set.refresh_from_db()
    assert question_set.archived_at is None


@pytest.mark.parametrize("name", ["set_archive", "set_restore"])
def test_set_actions_are_for_post_only(client, manager, name):
    client.force_login(manager)

    assert client.get(url(name, make_question_set())).status_code == 405


@pytest.mark.parametrize("name", ["set_edit", "set_archive", "set_restore"])
@pytest.mark.parametrize(("roles", "status"), [([Role.INTERVIEWER], 403), ([Role.RECRUITER], 403), ([], 404)])
def test_set_actions_by_others_are_refused(client, name, roles, status):
    client.force_login(make_user(*roles))

    assert client.post(url(name, make_question_set()), filled()).status_code == status


@pytest.mark.parametrize(("roles", "status"), [([Role.INTERVIEWER], 403), ([], 404)])
def test_set_create_by_others_is_refused(client, roles, status):
    client.force_login(make_user(*roles))

    assert client.post(reverse("questionbank:set_create"), filled()).status_code == status
    assert QuestionSet.objects.count() == 0
