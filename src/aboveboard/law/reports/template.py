"""The EDPB's template for a personal data breach notification (v1.0, 2026), filled from the facts.

The result maps ``field_<number>`` to a text, number, letter, date or truth value, as the published
JSON encoding of the template has it. A field that the facts do not answer is left out and listed by
:func:`missing`; the notification is then marked incomplete, which Art. 33(4) GDPR allows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from aboveboard.basics import shipped
from aboveboard.law import categories
from aboveboard.law.reports.facts import ReportFacts
from aboveboard.law.rules import authorities, catalogue
from aboveboard.law.severity import covers

_DATA = Path(__file__).with_name("template.yaml")
_NONE = "None"

Answer: TypeAlias = "str | int | bool"


@dataclass(frozen=True, slots=True)
class UnansweredQuestion:
    """A question that the facts do not answer yet, the fields it would fill, and
    the provision it serves."""

    key: str
    question: str
    article: str
    fields: tuple[str, ...]


def choices(name: str) -> Mapping[str, str]:
    """Return the answers that a question allows: key to words. Names are
    those in ``template.yaml``.

    Raises:
        KeyError: there is no such question.
    """
    return {key: row["label"] for key, row in _tables()["choices"][name].items()}


def edpb_template(facts: ReportFacts) -> dict[str, Answer]:
    """Return the template's fields that ``facts`` answer.

    Raises:
        KeyError: an answer is not one of its question's choices.
    """
    open_questions = {item.key for item in missing(facts)}
    filled: dict[int, Answer] = {
        3: _letter("kind", "follow_up" if facts.follow_up_to else "new"),
        4: _letter("completeness", "incomplete" if open_questions else "complete"),
    }
    for part in (
        _organisation_fields,
        _time_fields,
        _breach_fields,
        _people_fields,
        _consequence_fields,
        _measure_fields,
        _cross_border_fields,
    ):
        filled.update(part(facts))
    return {f"field_{number}": value for number, value in sorted(filled.items()) if value != ""}


def missing(facts: ReportFacts) -> tuple[UnansweredQuestion, ...]:
    """Return the questions that are still open, in the order of the template."""
    rows = _tables()["questions"]
    return tuple(
        UnansweredQuestion(
            key,
            rows[key]["ask"],
            rows[key]["article"],
            tuple(f"field_{number}" for number in rows[key]["fields"]),
        )
        for key, known in _KNOWN.items()
        if not known(facts)
    )


_KNOWN: Mapping[str, Callable[[ReportFacts], bool]] = {
    "organisation": lambda facts: bool(facts.organisation),
    "organisation_contact": lambda facts: bool(facts.organisation_contact),
    "reporter_name": lambda facts: facts.reporter is not None,
    "reporter_contact": lambda facts: facts.reporter is not None,
    "dpo": lambda facts: facts.dpo is not None,
    "occurred": lambda facts: bool(facts.occurred),
    "begun_at": lambda facts: (
        facts.begun_at is not None or facts.occurred in ("", "cannot_be_known", "not_yet_known")
    ),
    "discovery": lambda facts: bool(facts.discovery),
    "late_reason": lambda facts: bool(facts.late_reason) or not is_late(facts),
    "aspects": lambda facts: bool(facts.aspects),
    "nature": lambda facts: bool(facts.nature),
    "cause": lambda facts: bool(facts.cause),
    "description": lambda facts: bool(facts.description),
    "systems": lambda facts: bool(facts.systems),
    "subjects": lambda facts: bool(facts.subjects),
    "people": lambda facts: facts.people is not None,
    "exposed": lambda facts: bool(facts.exposed),
    "records": lambda facts: facts.records is not None,
    "measures_before": lambda facts: bool(facts.measures_before and facts.measures_before_text),
    "impacts": lambda facts: bool(facts.impacts),
    "severity": lambda facts: facts.worst_band is not None,
    "risk": lambda facts: facts.risk is not None,
    "risk_reasons": lambda facts: bool(facts.risk_reasons),
    "measures_taken": lambda facts: bool(facts.measures_taken),
    "measures_after": lambda facts: bool(facts.measures_after and facts.measures_after_text),
    "subjects_notified": lambda facts: bool(facts.subjects_notified),
}


def is_late(facts: ReportFacts) -> bool:
    """Say whether a first report comes after the deadline of Art. 33(1), as
    the catalogue has it."""
    value = next(rule.deadline.value for rule in catalogue.rules() if rule.id == "EU-GDPR-33-AUTH")
    return not facts.follow_up_to and facts.written_at - facts.aware_at > timedelta(
        hours=value or 0
    )


def _organisation_fields(facts: ReportFacts) -> dict[int, Answer]:
    answers: dict[int, Answer] = {
        6: facts.follow_up_to,
        7: facts.reference,
        12: facts.organisation,
        13: facts.organisation_contact,
        38: _letter("yes_no", "yes" if facts.other_parties else "no"),
        39: "; ".join(party.function for party in facts.other_parties) or _NONE,
        40: "; ".join(party.name for party in facts.other_parties) or _NONE,
        41: "; ".join(party.contact for party in facts.other_parties) or _NONE,
    }
    if facts.public_sector is not None:
        # Letters are those of the published template; a question that nobody answered stays out,
        # and is listed as missing.
        answers[14] = "b" if facts.public_sector else "a"
    if facts.reporter:
        answers |= {
            21: facts.reporter.name,
            22: facts.reporter.contact,
            23: _letter("reporter_function", facts.reporter_function),
        }
        if facts.reporter_function == "other":
            answers[24] = facts.reporter.function
    if facts.dpo is not None:
        named = bool(facts.dpo.name)
        answers |= {
            29: "Yes" if named else "No",
            30: facts.dpo.name or _NONE,
            31: facts.dpo.contact or _NONE,
        }
    return answers


def _time_fields(facts: ReportFacts) -> dict[int, Answer]:
    return {
        44: _letter("occurred", facts.occurred),
        46: _moment(facts.begun_at, facts.time_zone),
        47: _moment(facts.ended_at, facts.time_zone),
        48: _moment(facts.aware_at, facts.time_zone),
        49: facts.late_reason if is_late(facts) else "",
        50: _letter("discovered_by", facts.discovered_by),
        51: facts.discovery,
    }


def _breach_fields(facts: ReportFacts) -> dict[int, Answer]:
    more = _words("aspect", facts.aspects)
    return {
        55: _first("aspect", facts.aspects),
        56: _letter("disclosure", facts.disclosure),
        57: _letter("unintelligible", facts.unintelligible),
        58: _letter("alteration", facts.alteration),
        59: _letter("outage", facts.outage),
        60: _letter("nature", facts.nature),
        61: _letter("cause", facts.cause),
        62: f"{facts.description} Affected: {more}."
        if facts.description and more
        else facts.description,
        63: facts.systems,
    }


def _people_fields(facts: ReportFacts) -> dict[int, Answer]:
    answers: dict[int, Answer] = {
        65: _first("subjects", facts.subjects),
        66: _words("subjects", facts.subjects),
        70: data_type_letters(facts.exposed)[0] if facts.exposed else "",
        71: "; ".join(_data_words(facts.exposed)),
        75: _first("measures_before", facts.measures_before),
        76: _joined(_words("measures_before", facts.measures_before), facts.measures_before_text),
    }
    if facts.people is not None:
        answers |= {67: "a" if facts.people_exact else "b", 68: facts.people}
    if facts.records is not None:
        answers |= {72: "a" if facts.records_exact else "b", 73: facts.records}
    return answers


def _consequence_fields(facts: ReportFacts) -> dict[int, Answer]:
    tables = _tables()
    answers: dict[int, Answer] = {
        85: _first("impacts", facts.impacts),
        86: _words("impacts", facts.impacts),
        89: _letter("risk", facts.risk or ""),
        90: " ".join(facts.risk_reasons),
    }
    if facts.worst_band is not None:
        answers[87] = _letter("severity", tables["band_severity"][facts.worst_band])
    return answers


def _measure_fields(facts: ReportFacts) -> dict[int, Answer]:
    everybody = (
        facts.people is not None
        and facts.subjects_notified_count is not None
        and facts.subjects_notified_count >= facts.people
    )
    answers: dict[int, Answer] = {
        92: facts.measures_taken,
        94: _first("measures_after", facts.measures_after),
        95: _joined(_words("measures_after", facts.measures_after), facts.measures_after_text),
        97: _letter("subjects_notified", facts.subjects_notified),
        111: "; ".join(facts.notified_elsewhere),
        110: _letter("yes_no", "yes" if facts.notified_elsewhere else "unknown"),
        109: _letter("yes_no", _yes_no(facts.reported_to_police)),
    }
    if facts.subjects_notified == "told":
        answers |= {
            98: facts.subjects_notified_at.astimezone(facts.time_zone).date().isoformat()
            if facts.subjects_notified_at
            else "",
            106: facts.notice_text,
        }
        answers |= {102: "a" if everybody else "b", 104: _letter("told_by", "individually")}
    return answers


def _cross_border_fields(facts: ReportFacts) -> dict[int, Answer]:
    """Fields 113 to 123: cross-border processing, from a controller inside or outside the EEA."""
    inside = [code for code in facts.established_in if authorities.in_eea(code)]
    people = {
        code: count for code, count in facts.people_by_country.items() if authorities.in_eea(code)
    }
    listed = "; ".join(
        f"{authorities.country_name(code)}: {count}" for code, count in sorted(people.items())
    )
    if not facts.established_in or not facts.people_by_country:
        return {113: "c", 120: "c"}
    countries = {code.split("-")[0] for code in inside}
    answers: dict[int, Answer] = {
        113: "a" if inside and len(people.keys() | countries) > 1 else "b",
        120: "a" if not inside and people else "b",
    }
    if answers[113] == "a":
        answers |= {
            114: authorities.authority_for(inside[0]).title,
            115: "; ".join(dict.fromkeys(authorities.country_name(code) for code in inside)),
        }
        answers |= {116: listed, 117: sum(people.values())}
    if answers[120] == "a":
        answers |= {121: listed, 122: sum(people.values())}
    return answers


def data_type_letters(exposed: frozenset[str]) -> list[str]:
    """Return the template's types of the data exposed, the gravest first."""
    types = _tables()["data_types"]
    letters = {_type_of(category, types["by_category"]) for category in exposed}
    return sorted(letters, key=types["special_first"].index)


def _data_words(exposed: frozenset[str]) -> list[str]:
    labels = _tables()["data_types"]["labels"]
    named = sorted(
        categories.get(key).noun for key in exposed if key in categories.all_categories()
    )
    return [
        *(labels[letter] for letter in data_type_letters(exposed)),
        *([f"in detail: {', '.join(named)}"] if named else []),
    ]


def _type_of(category: str, by_category: Mapping[str, str]) -> str:
    return by_category[
        max((key for key in by_category if covers(key, category)), key=len, default="user")
    ]


def _letter(name: str, key: str) -> str:
    return str(_tables()["choices"][name][key]["letter"]) if key else ""


def _first(name: str, keys: Sequence[str]) -> str:
    return _letter(name, keys[0]) if keys else ""


def _words(name: str, keys: Sequence[str]) -> str:
    return ", ".join(_tables()["choices"][name][key]["label"] for key in keys)


def _joined(*texts: str) -> str:
    return ". ".join(text.rstrip(".") for text in texts if text)


def _yes_no(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"


def _moment(moment: datetime | None, zone: tzinfo) -> str:
    """Return a moment in RFC 3339, as clocks there show it, with the distance from UTC."""
    if moment is None:
        return ""
    return moment.astimezone(zone).isoformat(timespec="seconds").replace("+00:00", "Z")


@cache
def _tables() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(_DATA)
    return loaded
