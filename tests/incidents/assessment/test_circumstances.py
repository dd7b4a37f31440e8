"""What is asked, what is taken until someone answers, and what no answer may do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aboveboard.basics.errors import Invalid
from aboveboard.engines.exposure import ExposedCombination
from aboveboard.engines.listing import ExposureCell
from aboveboard.incidents.assessment import circumstances, scoring
from aboveboard.incidents.assessment.times import check_order
from aboveboard.incidents.terms import IncidentKind
from aboveboard.law import risk
from aboveboard.law.categories import bitmap
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
        assert question.unless_said[kind] in question.options
        for answer in question.options:
            said = circumstances.resolve(kind, circumstances.check({question.key: answer}))
            assert said.answered == {question.key}


@pytest.mark.parametrize("kind", IncidentKind.values)
def test_not_answering_never_makes_a_loss_look_smaller(kind: str) -> None:
    """Each answer on how far it went scores no higher than what was taken without one,
    save the worst hands."""
    combination = [ExposedCombination(EMAIL | CARD, 0, 10)]
    taken = scoring.score(combination, circumstances.resolve(kind, {}))[0].score.se
    milder = ["nobody", "trusted", "few_known"]
    for hands in milder:
        assert (
            scoring.score(combination, circumstances.resolve(kind, {"hands": hands}))[0].score.se
            <= taken
        )


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
