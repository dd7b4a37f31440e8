"""The guides about files that leave, and files that are lost."""

from __future__ import annotations

import re

from aboveboard.commands import exits
from tests.documents.console import add_device
from tests.documents.instance import Instance, people
from tests.documents.reader import Reader, until

LOST = 20


def hand_over_a_parcel(reader: Reader, instance: Instance) -> None:
    """A list of three numbers, of which one is nobody's; a laptop; a program that counts."""
    reader.replace("LT-0043", add_device(instance))
    (reader.folder / "numbers.txt").write_text("AW11001\nAW11002\nAW99999\n")
    reader.type(
        "aboveboard client add planning --role shop-planning --team Shops"
        " --purpose improve-shops --channel export"
    )
    key = [""]

    def keep() -> None:
        # Not the first line: what is said about it comes through another pipe.
        key[0] = next(line for line in reader.printed.splitlines() if line.startswith("age1"))

    reader.after("aboveboard export new-key", keep)
    reader.replace("age1…", lambda: key[0])
    reader.ends_with("aboveboard export make deliveries", exits.ATTENTION)


def run_a_campaign(reader: Reader, instance: Instance) -> None:
    """A file of five customers and a stranger, and somebody who made a key before."""
    rows = [f"{row['customer_id']},{row['email']},{row['first_name']},7" for row in people(5)]
    lines = ["ID,Mail,Name,Score", *rows, "AW99999,no@body.example,Nobody,1", ""]
    (reader.folder / "spring.csv").write_text("\n".join(lines))
    key = [""]

    def keep() -> None:
        key[0] = next(line for line in reader.printed.splitlines() if line.startswith("age1"))

    reader.after("aboveboard export new-key", keep)
    reader.replace("age1…", lambda: key[0])
    reader.ends_with("aboveboard campaign filter", exits.ATTENTION)


def write_by_post(reader: Reader, instance: Instance) -> None:
    """No letter was made yet, and no print house is set."""


def report_and_lead_an_incident(reader: Reader, instance: Instance) -> None:
    """A laptop on a train, and a file that was found: addresses and passwords."""
    reader.replace("LT-0042", add_device(instance))
    rows = [f"{row['email']},{number:06}x" for number, row in enumerate(people(LOST))]
    (reader.folder / "dump.txt").write_text(
        "\n".join(["email,password", *rows, "stranger@example.net,123456", "## dumped by", ""])
    )
    reader.answer("aboveboard incident open-leak", "y\n")
    (reader.folder / "people.txt").write_text("AW11001\nAW11002\nnobody@example.net\n")
    number, other = ["INC-0001"], ["INC-0002"]

    def opened_other() -> None:
        other[0] = re.findall(r"INC-\d+", reader.printed)[0]

    reader.after("aboveboard incident open-other", opened_other)
    reader.replace("INC-0002", lambda: other[0])

    saw = ["3"]

    def added_login() -> None:
        saw[0] = re.findall(r"list (\d+):", reader.printed)[0]

    reader.after("aboveboard incident from-login INC-0002 --staff", added_login)
    reader.replace("--acts 3", lambda: f"--acts {saw[0]}")

    _add_sources(reader)
    reader.replace("--hand-over 1 ", lambda: f"--hand-over {_evidence(reader, number[0])} ")
    key = reader.type("aboveboard ledger key").split()[0]
    reader.replace('--vkey "trust.example/log+530d903a+AekyeRrm56hA..."', f"--vkey {key}")

    def opened() -> None:
        number[0] = re.findall(r"INC-\d+", reader.printed)[0]

    reader.after("aboveboard incident open-leak", opened)
    reader.replace("INC-0001", lambda: number[0])
    for flag, place in (("assign", 0), ("done", 0), ("not-needed", 1)):
        typed = f"--{flag} {place + 1} "
        reader.replace(
            typed,
            lambda flag=flag, place=place: (
                f"--{flag} {_listed(reader, 'tasks', number[0], place)} "
            ),
        )
    reader.replace(
        "incident done 1 ", lambda: f"incident done {_listed(reader, 'duties', number[0])} "
    )

    def sent() -> None:
        until(
            "all notices were sent",
            lambda: (
                f"{LOST} sent" in reader.type(f"aboveboard incident notices status {number[0]}")
            ),
        )

    reader.before("aboveboard incident notices status", sent)


def _evidence(reader: Reader, number: str) -> str:
    return reader.type(f"aboveboard incident evidence {number}").split(":")[0].strip()


def _add_sources(reader: Reader) -> None:
    addresses = ", ".join(row["email"] for row in people(2))
    (reader.folder / "message.eml").write_text(f"To: {addresses}\n\nDear patients")
    (reader.folder / "report.csv").write_text("customer number\nAW11001\nAW99999\n")
    reported = ["6"]

    def added_report() -> None:
        reported[0] = re.findall(r"list (\d+):", reader.printed)[0]

    reader.after("aboveboard incident from-supplier INC-0002 report.csv", added_report)
    reader.replace("--lines 6", lambda: f"--lines {reported[0]}")


def _listed(reader: Reader, verb: str, number: str, place: int = 0) -> str:
    """Return the number of a duty or task, of those that stand open, in the order of their list."""
    return reader.type(f"aboveboard incident {verb} {number}").splitlines()[place].split()[0]


def keep_the_register_of_devices(reader: Reader, _: Instance) -> None:
    """An inventory of two devices, and a row of which nobody can tell what it is."""
    lines = ["Asset Tag,Serial,Model,Encrypted", "LT-0071,C02A,MacBook Air,yes", "LT-0072,C02B,,"]
    (reader.folder / "assets.csv").write_text("\n".join([*lines, ",,,yes", ""]))
    reader.ends_with("aboveboard device import assets.csv --dry-run", exits.ATTENTION)
    reader.ends_with("aboveboard device import assets.csv --not-taken", exits.ATTENTION)
    left = reader.folder / "left.csv"
    reader.after(
        "aboveboard device import assets.csv --not-taken",
        lambda: lists_the_row(left.read_text()),
    )


def lists_the_row(text: str) -> None:
    """Look that the one row is there, with its line and its cells."""
    assert "\n4,neither asset tag" in text.replace("\r\n", "\n")
    assert text.rstrip().endswith(",,,yes")
