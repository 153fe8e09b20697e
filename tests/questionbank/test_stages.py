import pytest

from questionbank.stages import Stage, read_stage

CASES = [
    ("Toward the end of the interview, to compare.", Stage.CLOSING, "Toward the end", ""),
    ("towards the end", Stage.CLOSING, "towards the end", ""),
    ("Ask it last.", Stage.CLOSING, "last", ""),
    ("As a wrap-up", Stage.CLOSING, "wrap-up", ""),
    ("To wrap up the technical part", Stage.CLOSING, "wrap up", ""),
    ("As a closing question on advanced work", Stage.CLOSING, "closing", ""),
    ("At the start of the interview, for foundational knowledge", Stage.OPENING, "At the start", ""),
    ("At the  beginning", Stage.OPENING, "At the beginning", ""),
    ("Near the beginning of the interview", Stage.OPENING, "beginning of the interview", ""),
    ("A warm-up", Stage.OPENING, "warm-up", ""),
    ("An ICE BREAKER", Stage.OPENING, "ICE BREAKER", ""),
    ("EARLY, before anything else", Stage.FOUNDATIONS, "EARLY", ""),
    ("With the basics", Stage.FOUNDATIONS, "basics", ""),
    ("A fundamental check while exploring indexes", Stage.FOUNDATIONS, "fundamental", "indexes"),
    ("While discussing advanced SQL features.", Stage.DEPTH, "advanced", "advanced SQL features"),
    ("For in-depth knowledge", Stage.DEPTH, "in-depth", ""),
    ("To assess problem-solving and decision-making.", Stage.DEPTH, "problem-solving", ""),
    ("For senior candidates", Stage.DEPTH, "senior", ""),
    ("When discussing challenges in tuning.", Stage.CORE, "When discussing", "challenges in tuning"),
    ("During a discussion on the SQL planner, later", Stage.CORE, "During a discussion on", "SQL planner"),
    ("While exploring A particular join to check precision", Stage.CORE, "While exploring", "particular join"),
    ("when we are assessing JOINs", Stage.CORE, "when we are assessing", "JOINs"),
]


@pytest.mark.parametrize(("words", "stage", "cue", "topic"), CASES)
def test_read_stage_names_stage_cue_and_topic(words, stage, cue, topic):
    reading = read_stage(words)

    assert (reading.stage, reading.cue, reading.topic, reading.matched) == (stage, cue, topic, True)


@pytest.mark.parametrize(
    "words", ["", "Whenever it fits.", "Blast furnaces", "In the nearly done part", "While they discuss joins"]
)
def test_read_stage_without_a_cue_is_core_and_unmatched(words):
    reading = read_stage(words)

    assert (reading.stage, reading.cue, reading.topic, reading.matched) == (Stage.CORE, "", "", False)


def test_stage_values_are_the_order():
    assert [(stage.value, stage.name) for stage in Stage] == [
        (1, "OPENING"),
        (2, "FOUNDATIONS"),
        (3, "CORE"),
        (4, "DEPTH"),
        (5, "CLOSING"),
    ]
