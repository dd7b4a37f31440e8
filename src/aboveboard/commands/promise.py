"""``aboveboard promise``: check, explain, compare, print and adopt a promise file.

All but ``adopt`` and ``what-if`` work without an instance, so a promise can be checked where it is
written.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Invalid
from aboveboard.basics.reading_age import reading_age
from aboveboard.commands.exits import ATTENTION, DONE
from aboveboard.promise import diff, explain, organisation, register
from aboveboard.promise.limits import PROMISE_BYTES
from aboveboard.promise.loading import SAMPLE, PromiseRefused, json_schema, load
from aboveboard.promise.model import Promise
from aboveboard.promise.notice import document
from aboveboard.promise.notice.building import build_notice
from aboveboard.promise.notice.items import NoticeItem
from aboveboard.promise.notice.languages import notice_language
from aboveboard.promise.notice.review import ItemFinding, ItemState, review_notice

NAME = "promise"
HELP = "Check, explain, compare, print or adopt a promise."
EXAMPLE = """
aboveboard promise sample > promise.yaml
aboveboard promise check promise.yaml
aboveboard promise explain promise.yaml --language fr
aboveboard promise notice promise.yaml --language de
aboveboard promise diff old.yaml promise.yaml
aboveboard promise register promise.yaml --csv > register.csv
aboveboard promise what-if promise.yaml
aboveboard promise adopt promise.yaml
aboveboard promise propose promise.yaml --as lead@shop.example
aboveboard promise adopt --draft 3 --as boss@shop.example
aboveboard promise drafts
aboveboard promise tell
aboveboard promise schema > promise.schema.json
"""


def needs_instance(args: argparse.Namespace) -> bool:
    """Only proposing, adopting or telling a promise, and counting what it would change, need the
    instance; the rest reads a file."""
    return args.verb in ("adopt", "what-if", "propose", "drafts", "tell")


NEEDS_INSTANCE = needs_instance

_FILE_HELP = "the promise file (YAML)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their arguments."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    check = verbs.add_parser("check", help="list every problem in a promise, with line and fix")
    check.add_argument("file", type=Path, help=_FILE_HELP)
    check.add_argument("--json", action="store_true", help="print the problems as JSON")
    check.add_argument(
        "--strict", action="store_true", help="exit 1 too where the privacy notice lacks something"
    )
    explained = verbs.add_parser("explain", help="print a promise in plain language")
    explained.add_argument("file", type=Path, help=_FILE_HELP)
    explained.add_argument(
        "--language", default="en", metavar="CODE", help="en, fr or de (default: en)"
    )
    noticed = verbs.add_parser("notice", help="print the privacy notice that a promise makes")
    noticed.add_argument("file", type=Path, help=_FILE_HELP)
    noticed.add_argument("--language", default="en", metavar="CODE", help="default: en")
    noticed.add_argument("--json", action="store_true", help="print every layer as JSON")
    compared = verbs.add_parser("diff", help="list the differences between two promises")
    compared.add_argument("old", type=Path, help="the earlier promise file")
    compared.add_argument("new", type=Path, help="the later promise file")
    compared.add_argument("--json", action="store_true", help="print the differences as JSON")
    printed = verbs.add_parser(
        "register", help="print the record of processing activities (GDPR Art. 30)"
    )
    printed.add_argument("file", type=Path, help=_FILE_HELP)
    form = printed.add_mutually_exclusive_group(required=True)
    form.add_argument("--csv", action="store_true", help="as CSV, for a spreadsheet")
    form.add_argument(
        "--json-ld", action="store_true", help="as JSON-LD, in the W3C Data Privacy Vocabulary"
    )
    verbs.add_parser("schema", help="print the JSON Schema of a promise file, for editors")
    verbs.add_parser("sample", help="print a complete promise to start from")
    impact = verbs.add_parser(
        "what-if", help="count which uses of customers' data a promise would newly allow or forbid"
    )
    impact.add_argument("file", type=Path, help=_FILE_HELP)
    impact.add_argument(
        "--list", metavar="PURPOSE", help="list each customer affected, for one purpose"
    )
    impact.add_argument(
        "--json", action="store_true", help="print JSON; with --list, one line for each customer"
    )
    _configure_adopting(verbs)


def _configure_adopting(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    adopted = verbs.add_parser("adopt", help="put a promise in force, and record it in the ledger")
    text = adopted.add_mutually_exclusive_group(required=True)
    text.add_argument("file", type=Path, nargs="?", help=_FILE_HELP)
    text.add_argument("--draft", type=int, metavar="N", help="what somebody else proposed")
    adopted.add_argument(
        "--alone",
        action="store_true",
        help="adopt a file without a second person, though there is one; the log shows it",
    )
    proposed = verbs.add_parser("propose", help="propose a promise that somebody else adopts")
    proposed.add_argument("file", type=Path, help=_FILE_HELP)
    verbs.add_parser("drafts", help="list what was written in the console, or proposed")
    tell = verbs.add_parser("tell", help="tell people what the version in force changes for them")
    tell.add_argument("--json", action="store_true", help="print how far it is as JSON")
    for each in (adopted, proposed, tell):
        each.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="the member of staff who acts"
        )


def run(args: argparse.Namespace) -> int:
    """Do one verb. Exit code 0: done; 1: the promise has problems; 2: a file cannot be read."""
    try:
        return _VERBS[args.verb](args)
    except PromiseRefused as refused:
        _print_refusal(refused, as_json=getattr(args, "json", False))
        return ATTENTION


def _check(args: argparse.Namespace) -> int:
    source = _read(args.file)
    promise = load(source, name=str(args.file))
    findings = review_notice(promise, source.decode("utf-8-sig"))
    missing = [each for each in findings if each.state is ItemState.MISSING]
    if args.json:
        _print_json(
            {
                "file": str(args.file),
                "accepted": True,
                "problems": [],
                "warnings": list(organisation.warnings(promise)),
                "notice": [_finding_as_json(each) for each in findings],
            }
        )
    else:
        fields, purposes = len(promise.fields), len(promise.purposes)
        print(f"{args.file}: no problems found. {fields} fields, {purposes} purposes.")
        _print_warnings(promise)
        _print_notice_review(args.file, promise, findings)
    return ATTENTION if missing and args.strict else DONE


def _finding_as_json(finding: ItemFinding) -> Json:
    return {
        "item": finding.item.value,
        "gdpr_article": finding.article,
        "state": finding.state.value,
        "line": finding.line,
        "message": finding.message,
        "fix": finding.fix,
    }


def _print_notice_review(file: Path, promise: Promise, findings: Sequence[ItemFinding]) -> None:
    stated = {each.item for each in findings if each.state is not ItemState.MISSING}
    print(f"Privacy notice: {len(stated)} of the {len(NoticeItem)} things it must say are said.")
    for each in findings:
        if each.state is ItemState.MISSING:
            print(f"{file}:{each.line}: {each.item} (Art. {each.article})")
            print(f"  {each.message}\n  {each.fix}")
    for code in promise.languages:
        language = notice_language(code)
        age = reading_age(build_notice(promise, language).text, code)
        if language.code == code and age is not None:
            print(f"Reading age ({code}): {age.years} ({age.formula} {age.score}).")


def _notice(args: argparse.Namespace) -> int:
    notice = build_notice(_load(args.file), notice_language(args.language, preview=True))
    if args.json:
        _print_json(document.as_json(notice))
    else:
        print(document.as_text(notice), end="")
    return DONE


def _print_warnings(promise: Promise) -> None:
    for sentence in organisation.warnings(promise):
        print(f"Warning: {sentence}")


def _explain(args: argparse.Namespace) -> int:
    print(explain.as_text(_load(args.file), args.language), end="")
    return DONE


def _diff(args: argparse.Namespace) -> int:
    changes = diff.compare(_load(args.old), _load(args.new))
    if args.json:
        rows: list[Json] = [
            {
                "direction": change.direction.value,
                "subject": change.subject,
                "sentence": change.sentence,
            }
            for change in changes
        ]
        _print_json({"changes": rows})
        return DONE
    for direction, heading in _HEADINGS.items():
        sentences = [change.sentence for change in changes if change.direction is direction]
        if sentences:
            print(heading, *(f"  {sentence}" for sentence in sentences), sep="\n")
    if not changes:
        print("No differences.")
    return DONE


_HEADINGS = {
    diff.ChangeDirection.WIDENED: "More is done with people's data, or less protects it:",
    diff.ChangeDirection.NARROWED: "Less is done with people's data, or more protects it:",
    diff.ChangeDirection.REWORDED: "Only the wording changed:",
}


def _register(args: argparse.Namespace) -> int:
    promise = _load(args.file)
    if args.csv:
        sys.stdout.write(register.as_csv(promise))
    else:
        _print_json(register.as_json_ld(promise))
    return DONE


def _schema(_args: argparse.Namespace) -> int:
    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return DONE


def _sample(_args: argparse.Namespace) -> int:
    print(SAMPLE.read_text("utf-8"), end="")
    return DONE


def _adopt(args: argparse.Namespace) -> int:
    from aboveboard.commands.adoption import steps  # needs the instance

    if args.draft is not None:
        return steps.adopt(args.draft, email=args.email)
    if args.email:
        raise Invalid(
            found="a file adopted under the name of a member of staff",
            fix=f"Propose it: aboveboard promise propose {args.file} --as {args.email}. "
            "Somebody else adopts it.",
        )
    source = _read(args.file)
    promise = load(source, name=str(args.file))
    adopted, is_new = steps.adopt_file(
        source.decode("utf-8-sig"), name=args.file.name, alone=args.alone
    )
    if not is_new:
        print(
            f"This promise is already in force, as version {adopted.serial}. Nothing was changed. "
            f"SHA-256: {adopted.digest}"
        )
    else:
        print(f"Version {adopted.serial} of the promise is now in force. SHA-256: {adopted.digest}")
        steps.print_concerned(adopted.serial)
    _print_warnings(promise)
    return DONE


def _propose(args: argparse.Namespace) -> int:
    from aboveboard.commands.adoption import steps  # needs the instance

    source = _read(args.file)
    load(source, name=str(args.file))
    return steps.propose(source.decode("utf-8-sig"), name=args.file.name, email=args.email)


def _drafts(_args: argparse.Namespace) -> int:
    from aboveboard.commands.adoption import steps

    return steps.list_drafts()


def _tell(args: argparse.Namespace) -> int:
    from aboveboard.commands.adoption import steps

    return steps.tell(email=args.email, as_json=args.json)


def _what_if(args: argparse.Namespace) -> int:
    from aboveboard.commands.access.what_if import compare  # needs the instance

    return compare(_load(args.file), purpose=args.list, as_json=args.json)


_VERBS = {
    "check": _check,
    "explain": _explain,
    "notice": _notice,
    "diff": _diff,
    "register": _register,
    "schema": _schema,
    "sample": _sample,
    "what-if": _what_if,
    "adopt": _adopt,
    "propose": _propose,
    "drafts": _drafts,
    "tell": _tell,
}


def _load(file: Path) -> Promise:
    return load(_read(file), name=str(file))


def _read(file: Path) -> bytes:
    """Return a file's bytes, one more than the limit at most, so that a file without
    an end is refused too."""
    try:
        with file.open("rb") as opened:
            return opened.read(PROMISE_BYTES + 1)
    except OSError as error:
        raise Invalid(
            found=f"{file} cannot be read ({error.strerror})", fix="Check the path."
        ) from None


def _print_refusal(refused: PromiseRefused, *, as_json: bool) -> None:
    if as_json:
        _print_json(
            {
                "file": refused.problems[0].file,
                "accepted": False,
                "problems": [problem.as_json() for problem in refused.problems],
            }
        )
        return
    for problem in refused.problems:
        place = f"{problem.file}:{problem.line}:{problem.column}"
        print(f"{place}: {problem.code}\n  {problem.message}\n  {problem.fix}")
    print(refused.message)


def _print_json(value: Json) -> None:
    print(json.dumps(value, indent=1, ensure_ascii=False))
