"""``aboveboard discover``: personal data where it lies, in connected systems and in files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.commands.exits import ATTENTION, DONE

if TYPE_CHECKING:
    from aboveboard.discovery.survey import SystemSurvey

NAME = "discover"
HELP = "Find personal data in connected systems and in files, beside what the promise says."
EXAMPLE = """\
aboveboard discover run
aboveboard discover run shop-database --json
aboveboard discover drift
aboveboard discover declare shop-database
aboveboard discover files letters/ archive.zip"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their arguments."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    run_verb = verbs.add_parser("run", help="list what is personal in the connected systems")
    drift = verbs.add_parser("drift", help="list only what nobody has decided, moved or is gone")
    for verb in (run_verb, drift):
        verb.add_argument("system", nargs="*", help="the key of a system (default: all)")
        verb.add_argument("--json", action="store_true", help="print JSON")
    declare = verbs.add_parser(
        "declare", help="print what the declaration of a system must say of what is new"
    )
    declare.add_argument("system", help="the key of a system")
    files = verbs.add_parser("files", help="count the personal data in files and folders, by kind")
    files.add_argument("path", nargs="+", type=Path, help="a file or a folder")
    files.add_argument("--json", action="store_true", help="print JSON, a line for each file")


def needs_instance(args: argparse.Namespace) -> bool:
    """Whether it asks connected systems: files can be searched anywhere."""
    return bool(args.verb != "files")


NEEDS_INSTANCE = needs_instance


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 nothing to decide, 1 something waits for somebody or was not read,
    3 no such system."""
    if args.verb == "files":
        return _files(args.path, as_json=args.json)
    from aboveboard.discovery.survey import declaration_of, survey_systems

    if args.verb == "declare":
        import yaml

        (survey,) = survey_systems([args.system])
        print(yaml.safe_dump({"collections": declaration_of(survey)}, sort_keys=False), end="")
        return DONE
    surveys = survey_systems(args.system)
    if args.json:
        print(json.dumps([_as_json(survey, undecided=args.verb == "drift") for survey in surveys]))
    else:
        _print_surveys(surveys, undecided=args.verb == "drift")
        if args.verb == "run" and not args.system:
            _print_promise(surveys)
    return ATTENTION if any(survey.undecided or survey.problem for survey in surveys) else DONE


def _as_json(survey: SystemSurvey, *, undecided: bool) -> dict[str, object]:
    findings = survey.undecided if undecided else survey.findings
    return {
        "system": survey.system,
        "owner": survey.owner,
        "problem": survey.problem,
        "findings": [asdict(finding) for finding in findings],
    }


def _print_surveys(surveys: Sequence[SystemSurvey], *, undecided: bool) -> None:
    for survey in surveys:
        print(f"{survey.system}: {len(survey.undecided)} for {survey.owner} to decide")
        if survey.problem:
            print(f"  not looked at: {survey.problem}")
        for finding in survey.undecided if undecided else survey.findings:
            print(
                f"  {finding.state.value:9} {finding.collection}.{finding.path}  "
                f"{finding.category}  {finding.confidence:.0%}  {'; '.join(finding.evidence)}"
            )


def _print_promise(surveys: Sequence[SystemSurvey]) -> None:
    from aboveboard.discovery.against_promise import compare
    from aboveboard.promise.queries import in_force

    comparison = compare(
        in_force().promise, (proposal for survey in surveys for proposal in survey.proposals)
    )
    print(f"Held without a purpose: {len(comparison.without_purpose)}")
    for each in comparison.without_purpose:
        print(f"  {each.collection}.{each.path}  {each.category}")
    print(f"Promised, and found in no system: {len(comparison.not_found)}")
    for key in comparison.not_found:
        print(f"  {key}")


def _files(paths: Sequence[Path], *, as_json: bool) -> int:
    from aboveboard.discovery.files import search_files

    unread = 0
    for finding in search_files(paths):
        unread += bool(finding.unread)
        if as_json:
            print(json.dumps(asdict(finding), ensure_ascii=False))
        else:
            kinds = ", ".join(f"{count} {kind}" for kind, count in finding.counts.items())
            words = "; ".join(part for part in (kinds, finding.unread) if part)
            print(f"{finding.name}: {words or 'nothing'}")
    return ATTENTION if unread else DONE
