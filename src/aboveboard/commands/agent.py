"""``aboveboard agent``: the authorised agents that may bring what people ask."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta

from aboveboard.accounts import limits
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM

NAME = "agent"
HELP = "Register, list and revoke the authorised agents that may bring requests of people."
REQUESTS = ("access", "erasure", "stop_asking")
"""What the Data Rights Protocol has a word for (``api.data_rights.RIGHTS``)."""
EXAMPLE = """\
aboveboard agent add AGENT_A --name "Agent A" --business SHOP --verify-key KEY --role shop-system
aboveboard agent entry SHOP
aboveboard agent list --json
aboveboard agent revoke AGENT_A"""
NEEDS_INSTANCE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = below.add_parser("add", help="register an agent with its key")
    add.add_argument("agent", help="the agent's id in the service directory")
    add.add_argument("--name", required=True, help="its name, which people read")
    add.add_argument("--business", required=True, help="your own id in the service directory")
    add.add_argument(
        "--verify-key", required=True, help="its verify_key in the service directory: base64"
    )
    add.add_argument("--role", required=True, help="the role in the promise that it acts in")
    add.add_argument(
        "--request",
        action="append",
        default=[],
        choices=REQUESTS,
        metavar="KIND",
        help=f"a kind of request that it may bring ({', '.join(REQUESTS)}); repeat for more than "
        "one (default: all)",
    )
    add.add_argument(
        "--days",
        type=int,
        default=limits.AGENT_KEY_LIFE.days,
        help="how many days the key works (default: %(default)s)",
    )
    revoke = below.add_parser("revoke", help="stop an agent's key and token permanently")
    revoke.add_argument("agent", help="the agent's id")
    list_ = below.add_parser("list", help="list all agents")
    for command in (add, revoke, list_):
        command.add_argument("--json", action="store_true", help="print the result as JSON")
    entry = below.add_parser("entry", help="print your entry for a service directory, as JSON")
    entry.add_argument("business", help="your id there")


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 done, 2 something is missing or not in the promise, 3 no such agent, 4
    the id or name is taken or there is no promise."""
    if args.what == "add":
        _add(args)
    elif args.what == "revoke":
        _revoke(args)
    elif args.what == "entry":
        print(json.dumps(_directory_entry(args.business), indent=2, ensure_ascii=False))
    else:
        _list(as_json=args.json)
    return 0


def _add(args: argparse.Namespace) -> None:
    from aboveboard.accounts.clients.agents import register_agent
    from aboveboard.basics.errors import Invalid

    if args.days < 1:
        raise Invalid(found=f"a key cannot work for {args.days} days", fix="Give 1 day or more.")
    agent = register_agent(
        agent_id=args.agent,
        business_id=args.business,
        name=args.name,
        verify_key=args.verify_key,
        role=args.role,
        requests=args.request or REQUESTS,
        by=SYSTEM,
        at=clock.now(),
        life=timedelta(days=args.days),
    )
    if args.json:
        shown = {"id": agent.id, "client": agent.client, "name": agent.name}
        print(json.dumps({**shown, "expires_at": clock.to_text(agent.expires_at)}))
        return
    print(f"{agent.name} is registered. Its key works until {agent.expires_at:%d %B %Y}.")


def _revoke(args: argparse.Namespace) -> None:
    from aboveboard.accounts.clients.actions import revoke_client
    from aboveboard.accounts.clients.agents import agents
    from aboveboard.basics.errors import NotFound

    agent = next((each for each, _ in agents() if each.id == args.agent), None)
    if agent is None:
        raise NotFound(what="agent")
    revoke_client(agent.client, by=SYSTEM, at=clock.now())
    print(
        json.dumps({"id": agent.id, "revoked": True})
        if args.json
        else f"{agent.name} is revoked. Its key and token no longer work."
    )


def _list(*, as_json: bool) -> None:
    from aboveboard.accounts.clients.agents import agents

    listed = agents()
    if as_json:
        rows = [
            {
                "id": agent.id,
                "client": agent.client,
                "name": agent.name,
                "business": agent.business_id,
                "expires_at": clock.to_text(agent.expires_at),
                "revoked": revoked,
            }
            for agent, revoked in listed
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return
    for agent, revoked in listed:
        state = "revoked" if revoked else f"until {agent.expires_at:%d %B %Y}"
        print(f"{agent.id}  {agent.name}  {state}")
    if not listed:
        print("No agent is registered. Add one: aboveboard agent add")


def _directory_entry(business: str) -> dict[str, object]:
    """Return the entry of 3.05.2."""
    from aboveboard.api.data_rights import RIGHTS
    from aboveboard.basics import settings

    current = settings.current()
    origin = current.server.origin.rstrip("/")
    base = origin if "://" in origin else f"https://{origin}"
    return {
        "id": business,
        "name": current.organisation.name,
        "logo": None,
        "api_base": f"{base}/api",
        "supported_actions": list(RIGHTS),
        "supported_verifications": ["email"],
        "privacy_policy_url": f"{base}/trust/notice/",
        "web_url": f"{base}/",
        "technical_contact": current.organisation.contact,
        "business_contact": current.organisation.contact,
    }
