"""``aboveboard incident``: open an incident, count who was in it, see what is due, notify people,
report."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from aboveboard.basics import clock
from aboveboard.commands.arguments import incident_number, person_number
from aboveboard.commands.incident.case_arguments import (
    configure_case,
    configure_evidence,
    configure_notices,
    configure_pack,
    configure_records,
)
from aboveboard.commands.incident.login_arguments import configure_logins
from aboveboard.commands.incident.source_arguments import (
    configure_affected,
    configure_joining,
    configure_sources,
)

NAME = "incident"
HELP = "Open an incident, count who was exposed, see what is due, send notices, and report it."
EXAMPLE = """\
aboveboard incident report-device LT-0042 --note "Left on the train" --as sam@example.com
aboveboard incident open-leak dump.txt --as lead@example.com
aboveboard incident open-other "A letter to the wrong address" --as sam@example.com
aboveboard incident affected INC-0001 --list people.txt --data email,name --as lead@example.com
aboveboard incident affected INC-0001 --estimate GB=200 --data email,name --as lead@example.com
aboveboard incident from-login INC-0001 --staff sam@example.com --from 2026-11-18T17:40:05+00:00
aboveboard incident from-system INC-0001 --system own --as-of 2026-11-18T17:40:05+00:00
aboveboard incident from-mail INC-0001 message.eml --as lead@example.com
aboveboard incident from-supplier INC-0001 report.csv --supplier "Parcel Post" --processor yes \
--data email,name --certainty probable --as lead@example.com
aboveboard incident affected INC-0001 --take-back-list 3 --reason "It was another file."
aboveboard incident join INC-0002 --into INC-0001 --as lead@example.com
aboveboard incident join INC-0002 --undo --reason "They are two losses." --as lead@example.com
aboveboard incident list
aboveboard incident show INC-0001
aboveboard incident count INC-0001
aboveboard incident doubts INC-0001
aboveboard incident tasks INC-0001
aboveboard incident tasks INC-0001 --add "Ring the printer" --role lead --as lead@example.com
aboveboard incident role INC-0001 counsel --to counsel@example.com --as lead@example.com
aboveboard incident decision INC-0001 "We pay no ransom." --reason "Counsel’s advice." \
--as lead@example.com
aboveboard incident evidence INC-0001 --add photo.jpg --reason "From the train."
aboveboard incident evidence INC-0001 --hand-over 1 --to sam@example.com --reason "Police." \
--as lead@example.com
aboveboard incident evidence INC-0001 --verify --as lead@example.com
aboveboard incident freeze INC-0001 --reason "The police ask for it." --as lead@example.com
aboveboard incident freeze INC-0001 --lift --reason "They are done." --as lead@example.com
aboveboard incident questions INC-0001
aboveboard incident answer INC-0001 hands=few_known recipients=2 deletion=yes --as lead@example.com
aboveboard incident group INC-0001 "Accounts entered" opens=financial --data user.payment \
--as lead@example.com
aboveboard incident group INC-0001 "Accounts entered" --remove --as lead@example.com
aboveboard incident duties INC-0001 --json
aboveboard incident done 7 --reference ICO-123 --as lead@example.com
aboveboard incident done 7 --undo --as lead@example.com
aboveboard incident not-notify 8 --reason "It came back unopened." --evidence "Photo 7" \
--as lead@example.com
aboveboard incident sector INC-0001 telecoms no --as lead@example.com
aboveboard incident moment INC-0001 scope_known --when 2026-11-18T17:40+00:00 --as lead@example.com
aboveboard incident state INC-0001 contained --note "The account is locked." --as lead@example.com
aboveboard incident notices prepare INC-0001 --measures "We locked the account." \
--as lead@example.com
aboveboard incident notices prepare INC-0001 --new added --as lead@example.com
aboveboard incident settle INC-0001 --line 17 --person 41 --as lead@example.com
aboveboard incident notices review INC-0001
aboveboard incident notices request-changes INC-0001 --note "Say when." --as second@example.com
aboveboard incident notices answer INC-0001 --note "Nobody knows when." --as lead@example.com
aboveboard incident notices approve INC-0001 --as second@example.com
aboveboard incident report INC-0001 --json > report.json
aboveboard incident veris INC-0001 > veris.json
aboveboard incident pack INC-0001 --out inc-0001.zip --as lead@example.com
aboveboard incident import-veris others.jsonl --as lead@example.com"""
NEEDS_INSTANCE = True

_CHANGING = frozenset(
    {
        "open-leak",
        "report-device",
        "open-other",
        "count",
        "done",
        "settle",
        "affected",
        "from-login",
        "from-system",
        "from-mail",
        "from-supplier",
        "join",
        "state",
        "answer",
        "sector",
        "moment",
        "not-notify",
        "group",
        "tasks",
        "import-veris",
        "pack",
        "evidence",
        "role",
        "decision",
        "freeze",
    }
)
_ABOUT_ONE = {
    "show": "show one incident",
    "count": "count who was exposed, again if there is more to count",
    "doubts": "list the lines of a leaked file that fit more than one customer",
    "duties": "list who must be notified, by when and under which law",
    "report": "print the report to an authority, and what is still missing from it",
    "veris": "print the incident as a VERIS record",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _configure_opening(verbs)
    verbs.add_parser("list", help="list incidents, newest first")
    for name, words in _ABOUT_ONE.items():
        verbs.add_parser(name, help=words).add_argument(
            "incident", type=incident_number, help="such as INC-0001"
        )
    _configure_answering(verbs)
    _configure_groups(verbs)
    configure_case(verbs, incident_number, _moment)
    configure_records(verbs)
    configure_logins(verbs, incident_number, _moment)
    configure_sources(verbs, incident_number, _moment)
    configure_joining(verbs, incident_number)
    _configure_acting(verbs)
    for verb in verbs.choices.values():
        verb.add_argument(
            "--as",
            dest="email",
            help="e-mail address of the member of staff who acts; without it, the operator",
        )
        verb.add_argument("--json", action="store_true", help="print JSON")


def _configure_opening(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    leak = verbs.add_parser(
        "open-leak", help="open an incident from a leaked file, and count who is in it"
    )
    leak.add_argument("file", type=Path)
    leak.add_argument(
        "--columns",
        help=(
            "what each column holds, separated by commas, such as email,phone,password; if left "
            "out, it is guessed and you are asked to confirm it"
        ),
    )
    leak.add_argument("--yes", action="store_true", help="accept the guess without asking")
    leak.add_argument("--title", default="", help="a title for the incident")
    leak.add_argument(
        "--again", action="store_true", help="open it though the very same file was opened before"
    )
    device = verbs.add_parser(
        "report-device", help="report a device missing, and count whose data is on it"
    )
    device.add_argument("tag", metavar="LABEL", help="the label on the device")
    device.add_argument("--note", default="", help="what happened")
    device.add_argument(
        "--when", type=_moment, help="when it happened, such as 2026-11-18T17:40+00:00"
    )
    other = verbs.add_parser(
        "open-other", help="open an incident that is neither a device nor a file, such as a letter"
    )
    other.add_argument("title", help="what it is, in a few words; do not name customers")
    other.add_argument("--note", default="", help="what happened")
    other.add_argument("--loss", default="odd", help="what was lost, such as paper or stolen_login")
    for verb in (leak, device):
        verb.add_argument("--later", action="store_true", help="leave the count to the worker")


def _configure_answering(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    asking = verbs.add_parser(
        "questions",
        help="list the questions that can change the answer, and what is taken until you say",
    )
    asking.add_argument("incident", type=incident_number, help="such as INC-0001")
    asking.add_argument("--all", action="store_true", help="list all questions")
    answering = verbs.add_parser(
        "answer", help="answer questions about a loss; severity, risk and duties follow at once"
    )
    answering.add_argument("incident", type=incident_number, help="such as INC-0001")
    answering.add_argument(
        "answers",
        nargs="+",
        type=_answer,
        metavar="QUESTION=ANSWER",
        help="as `questions` lists them; QUESTION= takes an answer back",
    )


def _configure_groups(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = verbs.add_parser(
        "group", help="judge some people of an incident by themselves, or list such groups"
    )
    group.add_argument("incident", type=incident_number, help="such as INC-0001")
    group.add_argument(
        "name", nargs="?", default="", help="what to call them; do not name customers"
    )
    group.add_argument(
        "answers",
        nargs="*",
        type=_answer,
        metavar="QUESTION=ANSWER",
        help="answers that are theirs alone; QUESTION= makes it the incident’s again",
    )
    group.add_argument(
        "--data",
        default="",
        metavar="FIELDS",
        help="who they are: whoever had any of these fields or categories exposed",
    )
    group.add_argument("--remove", action="store_true", help="judge them as all others again")


def _configure_acting(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    done = verbs.add_parser("done", help="mark a duty as done")
    done.add_argument("duty", type=int, help="its number, as `duties` lists it")
    done.add_argument("--reference", default="", help="such as the authority’s case number")
    done.add_argument("--undo", action="store_true", help="it was said too early: open it again")
    state = verbs.add_parser(
        "state", help="say where an incident stands; with --undo, take back that it stands there"
    )
    state.add_argument("incident", type=incident_number, help="such as INC-0001")
    state.add_argument("state", choices=("contained", "notified", "closed", "open"))
    state.add_argument("--note", default="", help="a note for colleagues; do not name customers")
    state.add_argument("--undo", action="store_true", help="it was said too early")
    state.add_argument("--cause", default="", help="to close it: why it happened")
    state.add_argument("--lessons", default="", help="to close it: what you learned")
    state.add_argument("--changed", default="", help="to close it: what you changed")
    state.add_argument("--rest", default="", help="to close it: why open tasks are not needed")
    settle = verbs.add_parser(
        "settle", help="say whose a line of a leaked file is, where it fits more than one customer"
    )
    settle.add_argument("incident", type=incident_number, help="such as INC-0001")
    settle.add_argument(
        "--line", type=int, action="append", required=True, help="its number; may be given again"
    )
    whose = settle.add_mutually_exclusive_group(required=True)
    whose.add_argument(
        "--person", type=person_number, action="append", help="whose it is; may be given again"
    )
    whose.add_argument("--nobody", action="store_true", help="it is none of theirs")
    configure_affected(verbs, incident_number)
    _configure_law(verbs)
    configure_notices(verbs, incident_number)
    configure_pack(verbs, incident_number)
    configure_evidence(verbs, incident_number)


def _configure_law(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sector = verbs.add_parser(
        "sector", help="say whether you are in a sector that has duties, or list those asked"
    )
    sector.add_argument("incident", type=incident_number, help="such as INC-0001")
    sector.add_argument("sector", nargs="?", default="", help="its key, as the list has it")
    sector.add_argument("answer", nargs="?", default="yes", choices=("yes", "no", "unknown"))
    moment = verbs.add_parser(
        "moment", help="record when what starts a clock happened, or list what is asked"
    )
    moment.add_argument("incident", type=incident_number, help="such as INC-0001")
    moment.add_argument("moment", nargs="?", default="", help="its key, as the list has it")
    moment.add_argument(
        "--when", type=_moment, help="such as 2026-11-18T17:40+00:00; without it, now"
    )
    moment.add_argument("--undo", action="store_true", help="it has not happened")
    decision = verbs.add_parser(
        "not-notify", help="record that whoever a duty names is not notified, and why"
    )
    decision.add_argument("duty", type=int, help="its number, as `duties` lists it")
    decision.add_argument("--reason", default="", help="why; do not name customers")
    decision.add_argument("--evidence", default="", help="where the grounds can be read")
    decision.add_argument("--when", type=_moment, help="when it was decided; without it, now")
    decision.add_argument("--undo", action="store_true", help="take the decision back")


def run(args: argparse.Namespace) -> int:
    """Do one verb. Exit codes: 0 done, 1 a duty is late, 2 wrong use, 3 not found, 4 not possible
    now, 5 not allowed."""
    from aboveboard.keys.log_signing import sequence_now

    code = _action_of(args)(args)
    # What was changed is put into the tree at once; nobody waits here for the worker.
    if args.verb in _CHANGING or (args.verb == "notices" and args.step not in ("status", "review")):
        sequence_now()
    return code


def _action_of(args: argparse.Namespace) -> Callable[[argparse.Namespace], int]:
    """Return what does a verb: imported only now, for some of it takes its time."""
    from aboveboard.commands.incident import (
        acting,
        affected,
        answering,
        case,
        deciding,
        evidence,
        logins,
        opening,
        packing,
        records,
        reviewing,
        showing,
        sources,
    )

    verbs: dict[str, Callable[[argparse.Namespace], int]] = {
        "open-leak": opening.open_leak,
        "report-device": opening.report_device,
        "open-other": opening.open_loss,
        "count": opening.count,
        "doubts": showing.doubts,
        "questions": answering.list_questions,
        "answer": answering.answer,
        "group": answering.group,
        "tasks": case.tasks,
        "from-login": logins.from_login,
        "from-system": sources.from_system,
        "from-mail": sources.from_mail,
        "from-supplier": sources.from_supplier,
        "join": sources.join,
        "role": case.role,
        "decision": case.decision,
        "freeze": case.freeze,
        "settle": acting.settle,
        "affected": affected.affected,
        "list": showing.list_all,
        "show": showing.show,
        "duties": showing.duties,
        "report": showing.report,
        "veris": records.show_veris,
        "import-veris": records.import_veris,
        "pack": packing.pack,
        "evidence": evidence.evidence,
        "done": acting.duty_done,
        "sector": deciding.sector,
        "moment": deciding.moment,
        "not-notify": deciding.not_notify,
        "state": acting.state,
        "notices": acting.notices,
    }
    if args.verb == "notices" and args.step in reviewing.STEPS:
        return reviewing.read_notices
    return verbs[args.verb]


def _answer(text: str) -> tuple[str, str]:
    """Read ``hands=nobody``; nothing after the sign takes an answer back."""
    question, equals, answer = text.partition("=")
    if not equals or not question:
        raise argparse.ArgumentTypeError(f"{text} is not an answer, such as hands=nobody")
    return question.strip(), answer.strip()


def _moment(text: str) -> datetime:
    try:
        return clock.from_text(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
