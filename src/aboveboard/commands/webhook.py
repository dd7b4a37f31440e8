"""``aboveboard webhook``: the endpoints of other systems that are notified of what happens here."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM

if TYPE_CHECKING:
    from aboveboard.delivery.webhooks.queries import Delivery, EndpointRecord

NAME = "webhook"
HELP = "Notify other systems of what happens here: add their endpoints, list what was sent, replay."
EXAMPLE = """\
aboveboard webhook add CRM https://crm.example/aboveboard --event choice.withdrawn \
--event person.erased
aboveboard webhook add Till http://till.internal/hooks --event choice.withdrawn \
--allow 10.1.0.0/16 --plain-http
aboveboard webhook test CRM
aboveboard webhook pause CRM
aboveboard webhook resume CRM
aboveboard webhook remove CRM
aboveboard webhook deliveries CRM --state failed
aboveboard webhook replay CRM --since 2026-12-01 --until 2026-12-02
aboveboard webhook rotate CRM --overlap-hours 48
aboveboard webhook list --json"""
NEEDS_INSTANCE = True
STATES = ("queued", "sent", "failed", "skipped")
"""As ``delivery.terms`` has them (tests/commands/test_webhook.py): read without loading it."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = below.add_parser("add", help="add an endpoint and print its signing secret once")
    add.add_argument("name", help="a name for the endpoint, such as CRM")
    add.add_argument("url", help="the address that is called, such as https://crm.example/hooks")
    add.add_argument(
        "--event",
        action="append",
        default=[],
        metavar="EVENT",
        help="an event to be notified of (docs/reference/events.md); repeat for more than one",
    )
    add.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="NETWORK",
        help="a network or address inside your own network in which it may be, such as 10.1.0.0/16",
    )
    add.add_argument(
        "--plain-http",
        action="store_true",
        help="call it without TLS, inside the networks of --allow alone",
    )
    rotate = below.add_parser("rotate", help="print a new secret once; both sign for a while")
    rotate.add_argument(
        "--overlap-hours",
        type=int,
        default=24,
        metavar="HOURS",
        help="how long the old secret signs too (default: %(default)s); 0 stops it now",
    )
    pause = below.add_parser("pause", help="send nothing until it is resumed; what happens waits")
    resume = below.add_parser("resume", help="send again, what waited first")
    remove = below.add_parser("remove", help="remove an endpoint; what waits for it is not sent")
    test = below.add_parser("test", help="send a test now and say what was answered")
    _configure_sent(below)
    for command in (rotate, pause, resume, remove, test):
        command.add_argument("name", help="the endpoint's name")
    list_ = below.add_parser("list", help="list all endpoints")
    for command in (add, rotate, pause, resume, remove, test, list_):
        command.add_argument("--json", action="store_true", help="print the result as JSON")


def _configure_sent(below: Any) -> None:
    replay = below.add_parser("replay", help="send one message, or all of a span, again")
    replay.add_argument("name", help="the endpoint's name")
    replay.add_argument("--message", type=int, metavar="NUMBER", help="this one message")
    for name, which in (("--since", "from"), ("--until", "before")):
        replay.add_argument(
            name, type=_moment, metavar="TIME", help=f"what happened {which} then (UTC)"
        )
    deliveries = below.add_parser("deliveries", help="list the newest messages, with their answers")
    deliveries.add_argument("name", nargs="?", help="the endpoint's name; all of them without it")
    deliveries.add_argument("--state", choices=STATES, default="", help="those in this state alone")
    deliveries.add_argument("--event", default="", metavar="EVENT", help="of this event alone")
    for command in (replay, deliveries):
        command.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 done, 1 the test was not taken, 2 something cannot be so, 3 no such
    endpoint, 4 the name is taken."""
    from aboveboard.delivery.webhooks import actions

    at = clock.now()
    if args.what == "list":
        _list(args.json)
    elif args.what == "deliveries":
        _list_deliveries(args)
    elif args.what == "replay":
        return _replay(args, at)
    elif args.what == "test":
        return _test(args)
    elif args.what in ("add", "rotate"):
        if args.what == "add":
            endpoint, secret = actions.add(
                args.name,
                args.url,
                args.event,
                networks=args.allow,
                plain_http=args.plain_http,
                by=SYSTEM,
                at=at,
            )
        else:
            overlap = timedelta(hours=args.overlap_hours)
            endpoint, secret = actions.rotate(args.name, overlap=overlap, by=SYSTEM, at=at)
        _show(endpoint, secret, args.json)
    else:
        change = {"pause": actions.pause, "resume": actions.resume, "remove": actions.remove}
        endpoint = change[args.what](args.name, by=SYSTEM, at=at)
        done = {"pause": "paused", "resume": "resumed", "remove": "removed"}[args.what]
        print(json.dumps(_as_json(endpoint)) if args.json else f"{endpoint.name} is {done}.")
    return 0


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write a day or a time, such as 2026-12-01") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _test(args: argparse.Namespace) -> int:
    from aboveboard.delivery.webhooks import actions, queries, sending

    number = actions.test(args.name, at=clock.now())
    sending.send_one(number, at=clock.now())
    delivery, attempts = queries.delivery(number)
    if args.json:
        print(json.dumps(_delivery_json(delivery)))
    elif attempts and attempts[-1].reason is None:
        print(f"It arrived: {attempts[-1].status} after {attempts[-1].milliseconds} ms.")
    else:
        print(f"It did not arrive: {_answer(delivery)}.")
    return 0 if attempts and attempts[-1].reason is None else 1


def _replay(args: argparse.Namespace, at: datetime) -> int:
    from aboveboard.basics.errors import Invalid
    from aboveboard.delivery.webhooks import actions

    if args.message is not None:
        count = actions.replay([args.message], at=at)
    elif args.since is not None:
        count = actions.replay_span(args.name, args.since, args.until or at, at=at)
    else:
        raise Invalid(found="nothing to replay is named", fix="Give --message, or --since.")
    print(json.dumps({"replayed": count}) if args.json else f"{count} messages are sent again.")
    return 0


def _show(endpoint: EndpointRecord, secret: str, as_json: bool) -> None:
    if as_json:
        print(json.dumps({**_as_json(endpoint), "secret": secret}))
        return
    print(f"{endpoint.name} is notified at {endpoint.url} of {', '.join(endpoint.events)}.")
    # Only here: it is kept sealed, and nobody can have it shown again.
    print(f"Copy the secret now: it is not shown again.\nsecret  {secret}")


def _list(as_json: bool) -> None:
    from aboveboard.delivery.webhooks import queries

    endpoints, tallies = queries.endpoints(), queries.tallies()
    if as_json:
        print(json.dumps([_as_json(endpoint) for endpoint in endpoints], ensure_ascii=False))
        return
    if not endpoints:
        print("No system is notified. Add one with: aboveboard webhook add NAME URL --event EVENT")
    for endpoint in endpoints:
        tally = tallies.get(endpoint.serial)
        counts = f"{tally.waiting} wait, {tally.failed} failed" if tally else "nothing sent yet"
        print(
            f"{endpoint.name}  {endpoint.url}  {', '.join(endpoint.events)}  "
            f"({_condition(endpoint)}; {counts})"
        )


def _condition(endpoint: EndpointRecord) -> str:
    if not endpoint.authentic:
        return "changed past the program: remove it and add it again"
    if endpoint.paused_why is not None:
        return f"paused: {endpoint.paused_why.value.replace('_', ' ')}"
    return (
        f"failing since {endpoint.failing_since:%d %B %H:%M} UTC"
        if endpoint.failing_since
        else ("on")
    )


def _list_deliveries(args: argparse.Namespace) -> None:
    from aboveboard.delivery.webhooks import queries

    serial = queries.endpoint(args.name).serial if args.name else None
    rows = queries.deliveries(serial, state=args.state, type=args.event)
    if args.json:
        print(json.dumps([_delivery_json(each) for each in rows]))
        return
    if not rows:
        print("There is no such message.")
    for each in rows:
        print(
            f"{each.id}  {each.at:%Y-%m-%d %H:%M:%S}  {each.endpoint}  {each.type}  "
            f"{each.state}  {_answer(each)}"
        )


def _answer(delivery: Delivery) -> str:
    last = delivery.last
    if last is None:
        return (delivery.reason or "").replace("_", " ") or "not tried yet"
    why = f" ({last.reason.replace('_', ' ')})" if last.reason else ""
    return f"{last.status or 'no answer'} after {last.milliseconds} ms{why}"


def _as_json(endpoint: EndpointRecord) -> dict[str, Any]:
    return {
        "id": endpoint.serial,
        "name": endpoint.name,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "networks": list(endpoint.networks),
        "plain_http": endpoint.plain_http,
        "paused": endpoint.paused_why,
        "failing_since": clock.to_text(endpoint.failing_since) if endpoint.failing_since else None,
        "authentic": endpoint.authentic,
    }


def _delivery_json(delivery: Delivery) -> dict[str, Any]:
    last = delivery.last
    return {
        "id": delivery.id,
        "endpoint": delivery.endpoint,
        "event": delivery.type,
        "at": clock.to_text(delivery.at),
        "entry": delivery.entry_id,
        "state": delivery.state,
        "reason": delivery.reason,
        "attempts": delivery.attempts,
        "status": last.status if last else None,
        "milliseconds": last.milliseconds if last else None,
    }
