"""``aboveboard witness``: cosign the logs of other organisations as long as they never fork. Needs
no instance."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path

from aboveboard.commands import exits
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.witness import app
from aboveboard.ledger.witness.state import KINDS, Witness, make

NAME = "witness"
NEEDS_INSTANCE = False
HELP = (
    "Run a witness: cosign the logs of other organisations as long as they never fork (C2SP "
    "tlog-witness)."
)
EXAMPLE = """\
aboveboard witness init our-witness --name witness.example/w1
aboveboard witness add-log our-witness "trust.example/log+530d903a+AekyeRrm56hA..."
aboveboard witness key our-witness          (the other organisation sets it, and verifiers trust it)
aboveboard witness serve our-witness --port 8380
aboveboard witness status our-witness --json"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    init = below.add_parser("init", help="make a witness in a folder, with its own key")
    add = below.add_parser("add-log", help="start to cosign a log")
    key = below.add_parser("key", help="print the witness's verifier key")
    status = below.add_parser(
        "status", help="list the logs it knows, how far it has cosigned each, and what it refused"
    )
    serve = below.add_parser("serve", help="answer requests from logs until stopped")
    for verb in (init, add, key, status, serve):
        verb.add_argument("folder", type=Path, metavar="DIR", help="the witness's folder")
    init.add_argument(
        "--name",
        required=True,
        help="its name, a schema-less URL that you own, such as witness.example/w1",
    )
    init.add_argument(
        "--type",
        choices=sorted(KINDS),
        default="ml-dsa-44",
        help="the signature type (default: ml-dsa-44)",
    )
    add.add_argument(
        "vkey",
        metavar="KEY",
        help="the log's verifier key, which you must not get through the log itself",
    )
    status.add_argument(
        "--json",
        action="store_true",
        help="print the answer as JSON, with the refused checkpoints, which are evidence",
    )
    serve.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)"
    )
    serve.add_argument(
        "--port", type=int, default=8380, help="the port to listen on (default: 8380)"
    )


def run(args: argparse.Namespace) -> int:
    """Run the subcommand. ``status`` exits with 1 when a log was refused because it contradicts
    what was cosigned."""
    if args.what == "init":
        print(make(args.folder, args.name, KINDS[args.type]).key.vkey)
        return exits.DONE
    witness = Witness(args.folder)
    if args.what == "add-log":
        witness.add_log(Verifier.from_vkey(args.vkey))
    elif args.what == "key":
        print(witness.key.vkey)
    elif args.what == "status":
        return _status(witness, as_json=args.json)
    else:
        _serve(args.folder, args.host, args.port)
    return exits.DONE


def _status(witness: Witness, *, as_json: bool) -> int:
    known, refused = witness.known_logs(), witness.refused_checkpoints()
    if as_json:
        evidence = [dict(zip(("origin", "at", "why", "note"), row, strict=True)) for row in refused]
        print(
            json.dumps(
                {
                    "key": witness.key.vkey,
                    "logs": [asdict(log) for log in known],
                    "refused": evidence,
                },
                indent=1,
                ensure_ascii=False,
            )
        )
    for log in () if as_json else known:
        print(
            f"{log.origin}: cosigned at {log.size:,} entries"
            + (f"; {log.refused} REFUSED: see --json" if log.refused else "")
        )
    return exits.ATTENTION if refused else exits.DONE


def _serve(folder: Path, host: str, port: int) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    os.environ[app.VARIABLE] = str(folder.resolve())
    print(f"The witness is at http://{host}:{port}/. To stop it, press Ctrl-C.", flush=True)
    Server(
        "aboveboard.ledger.witness.app:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=4,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
    ).serve()
