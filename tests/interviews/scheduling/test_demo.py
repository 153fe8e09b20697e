from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from interviews import demo, demo_notes
from interviews.models import Interview, Response, Scorecard, State
from questionbank.models import Question, QuestionSet
from questionbank.stages import Stage

pytestmark = pytest.mark.django_db


def load():
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


@pytest.fixture
def starter_set():
    questions = QuestionSet.objects.create(title="Deep learning")
    for number, name in enumerate(demo_notes.LEAD):
        Question.objects.create(
            question_set=questions,
            position=number,
            text=f"{name}?",
            short_name=name,
            stage=Stage.values[number % 5],
            minutes=4,
        )


def test_load_demo_makes_records_and_one_interview_to_start(starter_set):
    load()

    states = list(Interview.objects.filter(demo=True).values_list("state", flat=True).order_by("state"))
    assert states == [State.FINISHED] * 8 + [State.SCHEDULED]
    assert Interview.objects.waiting().count() == 1
    assert Scorecard.objects.filter(submitted_at__gt=timezone.now()).count() == 0
    assert not Response.objects.filter(outcome="rated", notes="").exists()


def test_load_demo_changes_nothing_the_second_time(starter_set, django_assert_num_queries):
    load()

    assert load() == "The demo data is there already.\n"
    with django_assert_num_queries(1):
        demo.load()


def test_load_demo_brings_yesterdays_interview_to_today(starter_set):
    load()
    Interview.objects.upcoming().update(scheduled_at=timezone.now() - timezone.timedelta(days=1))

    load()

    assert Interview.objects.upcoming().get().scheduled_at > timezone.now()


def test_load_demo_says_what_is_missing():
    with pytest.raises(CommandError, match="load_library"):
        load()


def test_load_demo_is_refused_in_production(settings):
    settings.DEVELOPMENT = False

    with pytest.raises(CommandError, match="development only"):
        load()
