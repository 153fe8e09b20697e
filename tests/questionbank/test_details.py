import pytest
from django.urls import reverse

from accounts.models import Role
from questionbank.details import KINDS
from questionbank.models import Point, RatingAnchor, ReferenceAnswer
from tests.factories import make_question, make_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
FILLED = {
    "parts": {"text": "New"},
    "materials": {"kind": "code", "title": "", "body": "  New"},
    "answers": {"text": "New"},
    "anchors": {"rating": "3", "text": "New"},
    "points": {"text": "New"},
    "follow-ups": {"text": "New"},
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def url(name, question, kind, *rest):
    return reverse(f"questionbank:detail_{name}", args=[question.pk, kind, *rest])


def make_row(question, kind, **kwargs):
    return KINDS[kind].form._meta.model.objects.create(question=question, **{**FILLED[kind], **kwargs})


def said(question, kind):
    field = "body" if kind == "materials" else "text"
    return [getattr(row, field) for row in KINDS[kind].rows(question)]


@pytest.fixture
def manager():
    return make_user(Role.HIRING_MANAGER)


@every_kind
def test_detail_create_adds_a_row_at_the_end(client, manager, kind):
    question = make_question()
    make_row(question, kind, **({"rating": 1} if kind == "anchors" else {}))
    client.force_login(manager)

    response = client.post(url("create", question, kind), FILLED[kind])

    assert response.url == f"{question.get_absolute_url()}#{kind}"
    assert said(question, kind) == ["  New", "  New"] if kind == "materials" else ["New", "New"]


@every_kind
def test_detail_create_by_htmx_answers_with_the_section(client, manager, kind):
    question = make_question()
    client.force_login(manager)

    response = client.post(url("create", question, kind), FILLED[kind], headers=HTMX)

    page = response.content.decode()
    assert response.status_code == 200
    assert page.startswith("<section")
    assert f'id="{kind}"' in page
    assert "New" in page


@every_kind
def test_detail_create_without_words_keeps_the_form_open(client, manager, kind):
    question = make_question()
    client.force_login(manager)

    for headers in ({}, HTMX):
        response = client.post(url("create", question, kind), {"title": "Typed"}, headers=headers)
        assert response.status_code == 200
        assert "There is a problem" in response.content.decode()
    assert said(question, kind) == []


@every_kind
def test_detail_edit_shows_the_form_in_place_and_saves(client, manager, kind):
    question = make_question()
    row = make_row(question, kind)
    client.force_login(manager)
    address = url("edit", question, kind, row.pk)

    assert "data-detail-form" in client.get(address).content.decode()
    assert "data-detail-form" in client.get(address, headers=HTMX).content.decode()
    changed = {name: f"{value} too" if value in ("New", "  New") else value for name, value in FILLED[kind].items()}
    client.post(address, changed)

    assert [text.strip() for text in said(question, kind)] == ["New too"]


@every_kind
def test_detail_delete(client, manager, kind):
    question = make_question()
    row = make_row(question, kind)
    client.force_login(manager)

    client.post(url("delete", question, kind, row.pk))

    assert said(question, kind) == []


@pytest.mark.parametrize(("to", "order"), [(0, "cab"), (1, "acb"), (99, "abc")])
def test_detail_move(client, manager, to, order):
    question = make_question()
    rows = [ReferenceAnswer.objects.create(question=question, text=text, position=7) for text in "abc"]
    client.force_login(manager)

    client.post(url("move", question, "answers", rows[2].pk), {"to": to})

    assert said(question, "answers") == list(order)
    assert [row.position for row in question.reference_answers.all()] == [0, 1, 2]


@pytest.mark.parametrize(("kind", "to"), [("answers", "-1"), ("answers", "x"), ("answers", ""), ("anchors", "1")])
def test_detail_move_to_nowhere_is_not_found(client, manager, kind, to):
    question = make_question()
    client.force_login(manager)

    assert client.post(url("move", question, kind, make_row(question, kind).pk), {"to": to}).status_code == 404


def test_points_are_confirmed_together_or_by_editing(client, manager):
    question = make_question()
    rows = [Point.objects.create(question=question, text=text, confirmed=False) for text in "abc"]
    client.force_login(manager)

    client.post(url("edit", question, "points", rows[0].pk), {"text": "better"})
    assert list(question.points.values_list("confirmed", flat=True)) == [True, False, False]

    client.post(url("confirm", question, "points"))
    assert list(question.points.values_list("confirmed", flat=True)) == [True, True, True]


def test_confirming_what_is_never_drafted_is_not_found(client, manager):
    client.force_login(manager)

    assert client.post(url("confirm", make_question(), "answers")).status_code == 404


def test_a_rating_is_described_once(client, manager):
    question = make_question()
    RatingAnchor.objects.create(question=question, rating=3, text="Here")
    client.force_login(manager)

    response = client.post(url("create", question, "anchors"), {"rating": "3", "text": "Again"}, headers=HTMX)

    assert "Rating 3 is described already. Edit that one instead." in response.content.decode()
    assert said(question, "anchors") == ["Here"]


@every_kind
def test_detail_text_is_escaped(client, manager, kind):
    question = make_question()
    field = "body" if kind == "materials" else "text"
    make_row(question, kind, **{field: "<script>alert(1)</script>"})
    client.force_login(manager)

    page = client.get(question.get_absolute_url()).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("name", ["delete", "move"])
def test_detail_actions_are_for_post_only(client, manager, name):
    question = make_question()
    row = make_row(question, "answers")
    client.force_login(manager)

    assert client.get(url(name, question, "answers", row.pk)).status_code == 405
    assert client.get(url("confirm", question, "points")).status_code == 405


@pytest.mark.parametrize("name", ["edit", "delete", "move"])
@pytest.mark.parametrize(("roles", "status"), [([Role.INTERVIEWER], 403), ([Role.RECRUITER], 403), ([], 404)])
def test_detail_actions_by_others_are_refused(client, name, roles, status):
    question = make_question()
    row = make_row(question, "answers")
    client.force_login(make_user(*roles))

    assert client.post(url(name, question, "answers", row.pk), {"text": "No", "to": "0"}).status_code == status
    assert client.post(url("create", question, "answers"), {"text": "No"}).status_code == status
    assert said(question, "answers") == ["New"]


@pytest.mark.parametrize(("roles", "status"), [([Role.INTERVIEWER], 200), ([], 404)])
def test_detail_list_is_for_readers(client, roles, status):
    question = make_question()
    client.force_login(make_user(*roles))

    assert client.get(url("list", question, "answers"), headers=HTMX).status_code == status


def test_detail_of_another_question_or_kind_is_not_found(client, manager):
    question, other = make_question(), make_question()
    row = make_row(other, "answers")
    client.force_login(manager)

    assert client.post(url("delete", question, "answers", row.pk)).status_code == 404
    assert client.post(url("delete", other, "points", row.pk)).status_code == 404
    assert client.post(url("create", question, "nonsense"), {"text": "x"}).status_code == 404


def test_a_new_anchor_is_written_where_it_will_stand(client, manager):
    question = make_question()
    client.force_login(manager)

    page = client.get(url("create", question, "anchors"), {"rating": "4"}, headers=HTMX).content.decode()

    slots = page.split("<li")[1:]
    assert ["data-detail-form" in slot for slot in slots] == [False, False, False, True, False]
