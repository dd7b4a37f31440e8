"""What is asked, what is taken until someone answers, and what no answer may do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aboveboard.basics.errors import Invalid
from aboveboard.engines.exposure import ExposedCombination
from aboveboard.engines.listing import ExposureCell
from aboveboard.incidents.assessment import circumstances, scoring
from aboveboard.incidents.assessment.asking import answers_to_try
from aboveboard.incidents.assessment.times import check_order
from aboveboard.incidents.terms import IncidentKind
from aboveboard.law import risk
from aboveboard.law.categories import all_categories, bitmap
from aboveboard.law.severity import DataKind
from aboveboard.law.terms import DataAcquisition
from tests.incidents.conftest import AT

EMAIL, PASSWORD, CARD = (
    bitmap([key])
    for key in ("user.contact.email", "user.authorization.password", "user.financial.credit_card")
)


@pytest.mark.parametrize("kind", IncidentKind.values)
def test_every_question_has_an_answer_until_someone_gives_one(kind: str) -> None:
    assert not circumstances.resolve(kind, {}).answered
    for question in circumstances.questions():
        assert question.unless_said[kind] in (question.options or {""})
        for answer in answers_to_try(question):
            said = circumstances.resolve(kind, circumstances.check({question.key: answer}))
            assert said.answered == {question.key}


QUESTIONS = {question.key: question for question in circumstances.questions()}
_SHOWN_BY_THE_KIND = {"outage", "change"}
_COUNTED_WITHOUT_AN_ANSWER = {"money", "identifiable"}


@pytest.mark.slow
@given(
    st.sampled_from(IncidentKind.values),
    st.frozensets(st.sampled_from(sorted(all_categories())), min_size=1, max_size=5),
    st.dictionaries(st.sampled_from(sorted(QUESTIONS)), st.integers(0, 9), max_size=9),
    st.sampled_from(sorted(QUESTIONS)),
    st.booleans(),
)
@settings(deadline=None, max_examples=300)
def test_not_answering_never_makes_a_loss_look_smaller(
    kind: str,
    exposed: frozenset[str],
    others: dict[str, int],
    key: str,
    protected: bool,
) -> None:
    """Whatever else is answered. Two things are not in doubt: what the kind of incident shows by
    itself, and how the data scores by ENISA's base where nobody knows more."""
    question = QUESTIONS[key]
    if question.key in _COUNTED_WITHOUT_AN_ANSWER or (
        question.key in _SHOWN_BY_THE_KIND and kind != IncidentKind.OTHER
    ):
        return
    if question.key == "protection" and kind != IncidentKind.OTHER:
        return
    _check_no_answer_is_worse(
        kind,
        exposed,
        {
            other: answers_to_try(QUESTIONS[other])[place % len(answers_to_try(QUESTIONS[other]))]
            for other, place in others.items()
            if other != key
        },
        question,
        protected=protected,
    )


@pytest.mark.parametrize("exposed", ["user.name", "user.behavior", "user.financial", "user.health"])
@pytest.mark.parametrize("kind", IncidentKind.values)
def test_of_data_of_each_kind_alone_neither(kind: str, exposed: str) -> None:
    """A shelter's list once counted less than a clinic's, of what people did there."""
    for key in ("reveals", "habits", "sensitive", "picture", "vulnerable"):
        _check_no_answer_is_worse(kind, frozenset({exposed}), {}, QUESTIONS[key], protected=False)


def _check_no_answer_is_worse(
    kind: str,
    exposed: frozenset[str],
    stored: dict[str, str],
    question: circumstances.CircumstanceQuestion,
    *,
    protected: bool,
) -> None:
    bits = bitmap(exposed)
    combination = ExposedCombination(bits, bits if protected else 0, 10)

    def judged(answers: dict[str, str]) -> tuple[int, bool, float]:
        known = circumstances.resolve(kind, answers)
        (answer,) = scoring.risks([combination], known).values()
        se = scoring.score([combination], known)[0].score.se
        return list(risk.Risk).index(answer.risk), answer.notify_subjects, se

    taken = judged(stored)
    for answer in answers_to_try(question):
        said = judged({**stored, question.key: answer})
        assert all(one <= other for one, other in zip(said, taken, strict=True)), (answer, stored)


def test_what_a_promise_declares_of_its_customers_is_taken_until_somebody_says_otherwise() -> None:
    assert circumstances.revealed(("finances", "health")) == "private"
    assert circumstances.revealed(()) == ""
    declared = {"reveals": "private"}
    taken = circumstances.resolve(IncidentKind.OTHER, {}, declared=declared)
    said = circumstances.resolve(IncidentKind.OTHER, {"reveals": "nothing"}, declared=declared)
    silent = circumstances.resolve(IncidentKind.OTHER, {})
    steps = [each.context.steps.get(DataKind.SIMPLE, 0) for each in (said, taken, silent)]
    assert steps == [0, 2, 3]


def test_a_number_is_a_number() -> None:
    assert circumstances.check({"recipients": 15}) == {"recipients": "15"}
    for wrong in ("0", "-2", "many", "1.5", "9" * 40, "²"):
        with pytest.raises(circumstances.NoSuchAnswer):
            circumstances.check({"recipients": wrong})


@pytest.mark.parametrize(
    ("form", "keys", "hidden"),
    [
        ("encrypted", "no", True),
        ("encrypted", "unknown", False),
        ("encrypted", "yes", False),
        ("tokenised", "no", True),
        ("hashed_keyed", "no", True),
        ("hashed_strong", "unknown", True),
        ("hashed_plain", "no", False),
        ("truncated", "yes", True),
    ],
)
def test_what_was_protected_is_hidden_only_while_nothing_that_opens_it_may_be_gone(
    form: str, keys: str, hidden: bool
) -> None:
    known = circumstances.resolve("other", {"protection": form, "keys_taken": keys})
    assert (scoring.readable(EMAIL | CARD, CARD, known) == {"user.contact.email"}) is hidden


def test_a_report_says_no_more_than_somebody_answered() -> None:
    silent = circumstances.resolve(IncidentKind.OTHER, {}).as_reported()
    assert (silent.outage, silent.change, silent.malicious) == (
        risk.DataOutage.NONE,
        risk.DataChange.NONE,
        False,
    )
    said = {"outage": "days", "change": "for_good", "malicious": "yes"}
    known = circumstances.resolve(IncidentKind.OTHER, said)
    assert known.as_reported() == known


def test_answers_that_nobody_offered_are_refused() -> None:
    for answers in (
        {"hands": "everyone"},
        {"shoe": "9"},
        {"nature": "aliens"},
        {"nature": "device_lost,other"},
        {"measures": "x" * 5_000},
    ):
        with pytest.raises(circumstances.NoSuchAnswer):
            circumstances.check(answers)
    assert circumstances.check(
        {"impacts": ["fraud", "identity_theft"], "measures": " Locked. ", "hands": ""}
    ) == {
        "impacts": "fraud,identity_theft",
        "measures": "Locked.",
    }


def test_when_the_keys_went_too_what_was_protected_can_be_read() -> None:
    kept = circumstances.resolve(IncidentKind.LOST_DEVICE, {"keys_taken": "no"})
    taken = circumstances.resolve(IncidentKind.LOST_DEVICE, {"keys_taken": "yes"})
    assert scoring.readable(EMAIL | CARD, CARD, kept) == {"user.contact.email"}
    assert scoring.readable(EMAIL | CARD, CARD, taken) == {
        "user.contact.email",
        "user.financial.credit_card",
    }


def test_a_readable_password_answers_whether_codes_went() -> None:
    cells = [ExposureCell("GB", "en", "email", EMAIL | PASSWORD, 0, 3, 5)]
    hidden = [ExposureCell("GB", "en", "email", EMAIL | PASSWORD, PASSWORD, 2, 5)]
    nobody_said = circumstances.resolve(IncidentKind.LEAKED_FILE, {})
    assert scoring.loss(cells, nobody_said, risk.Risk.HIGH).codes_taken is True
    assert scoring.loss(hidden, nobody_said, risk.Risk.HIGH).codes_taken is None
    assert (
        scoring.loss(
            cells,
            circumstances.resolve(IncidentKind.LEAKED_FILE, {"codes_taken": "no"}),
            risk.Risk.HIGH,
        ).codes_taken
        is False
    )
    assert scoring.loss(cells, nobody_said, risk.Risk.HIGH).taking is DataAcquisition.ACQUIRED


@pytest.mark.parametrize(
    ("opens", "codes_taken"),
    [("financial", True), ("simple", None), ("behavioural", None), ("sensitive", None)],
)
def test_a_shop_s_password_is_no_code_that_opens_a_bank_account(
    opens: str, *, codes_taken: bool | None
) -> None:
    """N.C. Gen. Stat. § 75-61(10): a password counts that permits access to financial resources."""
    cells = [ExposureCell("US-NC", "en", "email", EMAIL | PASSWORD, 0, 3, 5)]
    known = circumstances.resolve(IncidentKind.LEAKED_FILE, {"opens": opens})
    assert scoring.loss(cells, known, risk.Risk.HIGH).codes_taken is codes_taken


def test_groups_add_up_over_languages_and_channels() -> None:
    cells = [
        ExposureCell("GB", "en", "email", EMAIL, 0, 1, 5),
        ExposureCell("GB", "fr", "post", EMAIL, 0, 1, 2),
        ExposureCell("FR", "fr", "email", EMAIL | CARD, CARD, 2, 1),
    ]
    known = circumstances.resolve(IncidentKind.LOST_DEVICE, {"keys_taken": "no"})
    answers = scoring.risks(scoring.combinations(cells), known)
    found = {group.jurisdiction: group for group in scoring.groups(cells, known, answers)}
    assert found["GB"].people == 7
    assert (found["FR"].readable, found["FR"].protected) == (
        {"user.contact.email"},
        {"user.financial.credit_card"},
    )
    assert scoring.worst_assessment([]) is None


def test_nothing_readable_in_safe_encryption_is_no_risk() -> None:
    known = circumstances.resolve(IncidentKind.LOST_DEVICE, {"keys_taken": "no"})
    answers = scoring.risks([ExposedCombination(EMAIL | CARD, EMAIL | CARD, 1_200)], known)
    assert {answer.risk for answer in answers.values()} == {risk.Risk.UNLIKELY}


def test_moments_are_in_order() -> None:
    hour = timedelta(hours=1)
    check_order(occurred_at=AT - hour, discovered_at=AT, aware_at=AT, at=AT)
    for wrong in (
        {"occurred_at": AT + hour},
        {"occurred_at": AT, "discovered_at": AT - hour},
        {"aware_at": AT, "determined_at": AT - hour},
    ):
        with pytest.raises(Invalid):
            check_order(**wrong, at=AT)
