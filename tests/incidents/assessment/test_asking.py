"""What a rule reads can be said, and only what can change the answer is asked."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from itertools import product
from random import Random
from typing import Any

import pytest

from aboveboard.console.incidents.circumstances import PAGES
from aboveboard.engines.exposure import ExposedCombination
from aboveboard.engines.listing import ExposureCell
from aboveboard.incidents.assessment import asking, circumstances, facts, scoring
from aboveboard.incidents.assessment.asking import answers_to_try
from aboveboard.incidents.assessment.circumstances import questions, resolve
from aboveboard.incidents.assessment.profile import org_profile
from aboveboard.incidents.terms import IncidentKind
from aboveboard.law import risk, severity
from aboveboard.law.categories import all_categories, bitmap
from aboveboard.law.terms import DataAcquisition, DataMedium, LossFacts
from aboveboard.promise.loading import load
from tests.promise import RETAILER, edited

EMAIL = bitmap(["user.name", "user.contact.email"])
ORDER = EMAIL | bitmap(["user.behavior.purchase_history"])
LIST = {"reveals": "nothing"}


def read_by_rules(answers: dict[str, str], kind: str, protected: int) -> list[Any]:
    """Every value that the rules of risk, severity and duties read, from the path of production."""
    seen: list[Any] = []
    known = resolve(kind, answers)
    cells = [ExposureCell("US-TX", "en", "email", ORDER, protected, 1, 1200)]
    combinations = scoring.combinations(cells)

    facts = scoring._facts(combinations[0], known)
    risks = scoring.risks(combinations, known)
    (answer,) = risks.values()
    (group,) = scoring.groups(cells, known, risks)
    seen += [facts, known.for_severity, facts.context]
    seen += [scoring.loss(cells, known, answer.risk), group]
    return seen


def test_every_input_of_a_rule_can_be_said_on_the_page_and_by_command() -> None:
    """The fields of what the rules take, against what the answers bring out: a field that stays the
    same whatever is answered is an input that nobody can give."""
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    base = {"hands": "unknown", "protection": "encrypted", "keys_taken": "no"}
    said = [base] + [
        {**base, question.key: answer}
        for question in questions()
        for answer in answers_to_try(question)
    ]
    for answers, kind, protected in product(said, IncidentKind.values, (ORDER, ORDER & ~EMAIL)):
        for value in read_by_rules(circumstances.check(answers), kind, protected):
            for each in dataclasses.fields(value):
                values[type(value).__name__, each.name].add(repr(getattr(value, each.name)))
    counted = {
        # What is counted, and not asked.
        ("BreachFacts", "people"),
        ("AffectedGroup", "jurisdiction"),
        ("AffectedGroup", "people"),
    }
    fixed = {key for key, found in values.items() if len(found) < 2} - counted
    assert fixed == set()
    shown = {name for page in PAGES for name in page.fields}
    assert {question.key for question in questions()} <= shown, "the command takes all of them"


@pytest.mark.parametrize(
    ("enumeration", "of"),
    [
        (risk.DataHolder, lambda known: known.hands),
        (risk.DataOutage, lambda known: known.outage),
        (risk.DataChange, lambda known: known.change),
        (DataAcquisition, lambda known: known.taking),
        (DataMedium, lambda known: known.medium),
        (severity.ConfidentialityLoss, lambda known: known.for_severity.confidentiality),
        (severity.IntegrityLoss, lambda known: known.for_severity.integrity),
        (severity.AvailabilityLoss, lambda known: known.for_severity.availability),
        (severity.DataKind, lambda known: known.context.credentials_open),
    ],
)
def test_every_value_that_a_rule_knows_can_be_said(enumeration: Any, of: Any) -> None:
    said = {
        of(resolve("other", {question.key: answer, "hands": hands}))
        for question in questions()
        for answer in answers_to_try(question)
        for hands in risk.DataHolder
    } | {of(resolve("other", {q.key: a})) for q in questions() for a in answers_to_try(q)}
    assert set(enumeration) <= said


def test_every_step_of_enisa_and_every_ease_of_identification_can_be_said() -> None:
    low_high = {
        severity.DataKind.SIMPLE: range(4),
        severity.DataKind.BEHAVIOURAL: range(-1, 3),
        severity.DataKind.FINANCIAL: range(-2, 2),
        severity.DataKind.SENSITIVE: range(-3, 1),
    }
    said = [
        resolve("other", {**LIST, "habits": "some", question.key: answer}).context
        for question in questions()
        for answer in answers_to_try(question)
    ]
    for kind, steps in low_high.items():
        assert {context.steps.get(kind, 0) for context in said} >= set(steps)
    assert {context.ei for context in said} == {None, 0.25, 0.5, 0.75, 1.0}


def asked(
    stored: dict[str, str], *combinations: ExposedCombination, kind: str = "other"
) -> set[str]:
    return set(asking.asked(kind, stored, combinations, declared=LIST))


def test_only_what_can_change_the_answer_is_asked() -> None:
    contacts = ExposedCombination(EMAIL, 0, 15)
    assert not {"habits", "money", "sensitive", "opens", "protection"} & asked({}, contacts)
    assert "habits" in asked({}, ExposedCombination(ORDER, 0, 15))
    assert "protection" in asked({}, ExposedCombination(EMAIL, EMAIL, 15))
    assert {"recipients", "deletion"} <= asked(
        {"hands": "few_known"}, ExposedCombination(ORDER, 0, 2)
    )
    assert not {"recipients", "deletion"} & asked({"hands": "hostile"}, contacts)
    settled = {"hands": "nobody", "outage": "none", "change": "none", "vital": "no"}
    assert asked(settled, ExposedCombination(ORDER, 0, 15)) <= {
        "hands",
        "taking",
        "medium",
        "outage",
        "change",
    }


def test_nothing_is_left_out_while_nothing_is_counted() -> None:
    assert asked({}) == {question.key for question in questions()} - {"role"}


def test_in_which_role_data_was_held_is_asked_where_the_promise_declares_several() -> None:
    contacts = [ExposedCombination(EMAIL, 0, 15)]
    both = facts.declared(
        load(
            edited(("country: GB\n", "country: GB\n  role: [controller, processor]\n")), name="p"
        ).organisation
    )
    alone = facts.declared(load(RETAILER, name="p").organisation)
    assert "role" in asking.asked("other", {}, contacts, declared=both)
    assert "role" not in asking.asked("other", {}, contacts, declared=alone)


@pytest.mark.parametrize(
    ("answer", "duties"),
    [
        ("both", {"controller", "processor"}),
        ("controller", {"controller"}),
        ("processor", {"processor"}),
    ],
)
def test_the_role_that_was_answered_is_the_one_that_laws_bind(
    answer: str, duties: set[str]
) -> None:
    source = edited(("country: GB\n", "country: GB\n  role: [controller, processor]\n"))
    for text, wanted in ((source, duties), (RETAILER, {"controller"})):
        organisation = load(text, name="p").organisation
        assert {each.value for each in org_profile(organisation, (), answer).roles} == wanted


def test_what_is_not_answered_says_what_is_taken() -> None:
    taken = {
        each.question.key: each
        for each in asking.taken_answers(
            "other", {}, [ExposedCombination(ORDER, 0, 9)], declared=LIST
        )
    }
    assert taken["habits"].words.startswith("Much")
    assert not taken["habits"].declared
    assert taken["reveals"].declared
    assert taken["recipients"].words == "More than we can ask one by one"
    answered = {"habits": "trace", "recipients": "2"}
    left = asking.taken_answers("other", answered, [ExposedCombination(ORDER, 0, 9)], declared=LIST)
    assert not {"habits", "recipients"} & {each.question.key for each in left}


@pytest.mark.slow
def test_a_question_that_is_not_asked_makes_no_difference_however_the_open_ones_are_answered() -> (
    None
):
    chance, categories = Random(7), sorted(all_categories())
    missed, tried = [], 0
    for _ in range(12):
        exposed = bitmap(chance.sample(categories, chance.randint(1, 5)))
        combination = ExposedCombination(exposed, chance.choice([0, exposed]), 30)
        stored = {
            question.key: chance.choice(answers_to_try(question))
            for question in questions()
            if chance.random() < 0.6
        }
        shown = asked(stored, combination)
        for question in questions():
            if question.key in shown:
                continue
            for _ in range(10):
                tried += 1
                full = {
                    other.key: chance.choice(answers_to_try(other)) for other in questions()
                } | stored
                results = {
                    asking.outcome(
                        [combination],
                        resolve("other", {**full, question.key: answer}, declared=LIST),
                    )
                    for answer in answers_to_try(question)
                }
                if len(results) > 1:
                    missed.append((question.key, stored, full))
    assert tried > 500
    assert len(missed) <= tried / 1_000, missed[:1]


def test_the_facts_of_a_loss_follow_the_answers() -> None:
    known = resolve("other", {"taking": "lost", "medium": "paper", "codes_taken": "no"})
    cells = [ExposureCell("GB", "en", "email", EMAIL, 0, 1, 3)]
    assert scoring.loss(cells, known, risk.Risk.RISK) == LossFacts(
        DataAcquisition.LOST, risk.Risk.RISK, DataMedium.PAPER, None, False
    )
