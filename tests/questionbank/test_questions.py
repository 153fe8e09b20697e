import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Role
from questionbank.models import Point, Question, ReferenceAnswer
from questionbank.stages import Stage
from tests.factories import make_question, make_question_set, make_user

pytestmark = pytest.mark.django_db


def url(name, question):
    return reverse(f"questionbank:{name}", args=[question.pk])


def filled(**kwargs):
    return {"text": "What is a join?", "minutes": "5", **kwargs}


@pytest.fixture
def manager():
    return make_user(Role.HIRING_MANAGER)


@pytest.fixture
def reader():
    return make_user(Role.INTERVIEWER)


def test_question_detail_marks_the_cue(client, reader):
    question = make_question(when_to_ask="Early <i>in</i> the interview.", stage=Stage.FOUNDATIONS, stage_cue="Early")
    client.force_login(reader)

    page = client.get(question.get_absolute_url()).content.decode()

    assert ">Early</mark> &lt;i&gt;in&lt;/i&gt; the interview." in page
    assert "check the stage" not in page


def test_question_detail_says_when_the_stage_is_a_guess(client, reader):
    client.force_login(reader)

    page = client.get(make_question(stage_cue="", stage_by_hand=False).get_absolute_url()).content.decode()

    assert "check the stage" in page


@pytest.mark.parametrize("count", [1, 3])
def test_question_detail_query_count(client, reader, django_assert_num_queries, count):
    question_set = make_question_set()
    for position in range(count):
        question = make_question(question_set=question_set, position=position)
        for n in range(count):
            ReferenceAnswer.objects.create(question=question, text=f"Answer {n}")
            Point.objects.create(question=question, text=f"Point {n}")
    client.force_login(reader)

    with django_assert_num_queries(13):
        client.get(question.get_absolute_url())


def test_question_detail_leads_to_its_neighbours(client, reader):
    question_set = make_question_set()
    first, second, third = [make_question(question_set=question_set, position=position) for position in range(3)]
    make_question(question_set=question_set, position=1).archive()
    client.force_login(reader)

    context = client.get(second.get_absolute_url()).context

    assert (context["previous"], context["next"], context["place"], context["of"]) == (first, third, 2, 3)


@pytest.mark.parametrize(("role", "offered"), [(Role.HIRING_MANAGER, True), (Role.INTERVIEWER, False)])
def test_question_detail_offers_editing_to_editors_only(client, role, offered):
    question = make_question()
    ReferenceAnswer.objects.create(question=question, text="An answer")
    client.force_login(make_user(role))

    page = client.get(question.get_absolute_url()).content.decode()

    assert (url("question_edit", question) in page) is offered
    assert ("/answers/" in page) is offered
    assert ('method="post"' in page.split("<main", 1)[1]) is offered


def test_question_detail_takes_long_and_foreign_text(client, reader):
    question = make_question(text="א" * 2000, short_name="ש" * 48, topic="W" * 120)
    client.force_login(reader)

    assert client.get(question.get_absolute_url()).status_code == 200


def test_question_detail_for_a_stranger_is_not_found(client):
    client.force_login(make_user())

    assert client.get(make_question().get_absolute_url()).status_code == 404


def test_question_create_puts_it_at_the_end_with_stage_and_name(client, manager):
    question_set = make_question(position=4).question_set
    client.force_login(manager)

    response = client.post(url("question_create", question_set), filled(when_to_ask="Toward the end"))

    question = Question.objects.latest("pk")
    assert response.url == question.get_absolute_url()
    assert (question.question_set, question.position, question.created_by) == (question_set, 5, manager)
    assert (question.stage, question.stage_cue, question.stage_by_hand) == (Stage.CLOSING, "Toward the end", False)
    assert question.short_name != ""


def test_question_edit_reads_the_stage_again(client, manager):
    question = make_question(when_to_ask="Early", stage=Stage.FOUNDATIONS, stage_cue="Early")
    client.force_login(manager)

    client.post(url("question_edit", question), filled(when_to_ask="Toward the end"))

    question.refresh_from_db()
    assert (question.stage, question.stage_cue) == (Stage.CLOSING, "Toward the end")


def test_question_edit_keeps_a_stage_chosen_by_hand(client, manager):
    question = make_question(when_to_ask="Early")
    client.force_login(manager)

    client.post(url("question_edit", question), filled(when_to_ask="Toward the end", stage=Stage.DEPTH))
    question.refresh_from_db()
    assert (question.stage, question.stage_cue, question.stage_by_hand) == (Stage.DEPTH, "", True)

    client.post(url("question_edit", question), filled(when_to_ask="Toward the end", stage=""))
    question.refresh_from_db()
    assert (question.stage, question.stage_by_hand) == (Stage.CLOSING, False)


def test_question_edit_with_errors_keeps_what_was_typed(client, manager):
    question = make_question(text="Before")
    client.force_login(manager)

    response = client.post(url("question_edit", question), filled(text="", why_ask="Typed", minutes="61"))

    assert response.status_code == 200
    assert response.context["form"].errors == {
        "text": ["Enter the question."],
        "minutes": ["Ensure this value is less than or equal to 60."],
    }
    assert "Typed" in response.content.decode()
    question.refresh_from_db()
    assert question.text == "Before"


def test_question_stage_says_what_decides(client, manager):
    client.force_login(manager)

    page = client.get(reverse("questionbank:question_stage"), {"when_to_ask": "Early <b>on</b>"}).content.decode()

    assert "Foundations" in page
    assert "<mark>Early</mark>" in page


def test_question_archive_and_restore(client, manager):
    question = make_question()
    client.force_login(manager)

    response = client.post(url("question_archive", question), follow=True)
    assert "Undo: restore the question" in response.content.decode()
    question.refresh_from_db()
    assert question.archived_at is not None

    client.post(url("question_restore", question))
    question.refresh_from_db()
    assert question.archived_at is None


@pytest.mark.parametrize("name", ["question_archive", "question_restore"])
def test_question_actions_are_for_post_only(client, manager, name):
    client.force_login(manager)

    assert client.get(url(name, make_question())).status_code == 405


@pytest.mark.parametrize("name", ["question_edit", "question_archive", "question_restore"])
@pytest.mark.parametrize(("roles", "status"), [([Role.INTERVIEWER], 403), ([Role.RECRUITER], 403), ([], 404)])
def test_question_actions_by_others_are_refused(client, name, roles, status):
    client.force_login(make_user(*roles))

    assert client.post(url(name, make_question()), filled()).status_code == status


@pytest.mark.parametrize(("roles", "status"), [([Role.INTERVIEWER], 403), ([], 404)])
def test_question_create_by_others_is_refused(client, roles, status):
    client.force_login(make_user(*roles))

    assert client.post(url("question_create", make_question_set()), filled()).status_code == status
    assert client.get(reverse("questionbank:question_stage")).status_code == status


@pytest.mark.parametrize("wrong", [{"text": ""}, {"stage": 6}, {"minutes": 0}, {"difficulty": "odd"}])
def test_question_constraints_hold_in_the_database(wrong):
    question = make_question()

    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.filter(pk=question.pk).update(**wrong)
