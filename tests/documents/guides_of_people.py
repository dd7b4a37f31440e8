"""The guides about what becomes of somebody's data."""

from __future__ import annotations

import re
import shlex
from datetime import timedelta

from aboveboard.basics import clock
from aboveboard.commands import exits
from tests.documents.instance import SAMPLE, Instance, write_rows
from tests.documents.reader import Reader


def correct_or_erase_one_person(reader: Reader, instance: Instance) -> None:
    """Two people who asked."""
    reader.replace("05ANJ-W1WSQ-BPZQJ", instance.person("AW11020"))
    reader.replace("05ANJ-W1WSQ-CSK32", instance.person("AW11021"))
    reader.ends_with("aboveboard people erase", exits.ATTENTION, exits.DONE)


def merge_two_records(reader: Reader, instance: Instance) -> None:
    """Somebody who is held twice: with one phone number and two addresses."""
    from aboveboard.commands.demo.people import people

    first = next(people(1, seed=99)) | {"customer_id": "DM1", "email": "mo@example.net"}
    second = first | {"customer_id": "DM2", "email": "mo@example.com"}
    write_rows(reader.folder / "twice.csv", [first, second])
    reader.type("aboveboard import twice.csv --sample-mapping")
    pair = instance.person("DM1"), instance.person("DM2")
    reader.replace("05ANJ-W1WSQ-BPZQJ 05ANJ-W1WSQ-CSK32", " ".join(pair))
    merge = [""]

    def merged() -> None:
        merge[0] = re.findall(r"\d+", reader.printed)[0]

    reader.after("aboveboard people merge", merged)
    reader.replace("split 3", lambda: f"split {merge[0]}")


def answer_a_concern(reader: Reader, instance: Instance) -> None:
    """A customer who asked, and the answer in a file."""
    program = (
        "import sys\n"
        "from aboveboard.access.concerns.actions import raise_concern\n"
        "from aboveboard.access.concerns.terms import Concern\n"
        "from aboveboard.basics import clock\n"
        "from aboveboard.basics.actor import CUSTOMER\n"
        "from aboveboard.basics.person_codes import read_person\n"
        "person = read_person(sys.argv[1])\n"
        "raise_concern(person, None, Concern.OTHER, by=CUSTOMER, at=clock.now())\n"
    )
    person = instance.person("AW11023")
    instance.operator.type(f"aboveboard -c {shlex.quote(program)} {person}")
    (reader.folder / "answer.txt").write_text("It was our letter of spring.\n")
    reader.replace("lead@example.com", "privacy@example.org")
    number = [""]

    def listed() -> None:
        number[0] = reader.printed.split()[0]

    reader.after("aboveboard concern list", listed)
    for verb in ("show", "take", "answer"):
        reader.replace(f"{verb} 1", lambda verb=verb: f"{verb} {number[0]}")  # type: ignore[misc]


def break_the_glass(reader: Reader, _: Instance) -> None:
    """The page's few lines, in a promise."""

    def is_taken() -> None:
        (reader.folder / "promise.yaml").write_text(
            re.sub(r"^break_glass:\n(?:  .*\n)*", reader.printed + "\n", SAMPLE, flags=re.M)
        )
        assert "no problems found" in reader.type("aboveboard promise check promise.yaml")

    reader.before("break_glass:", is_taken)


def keep_only_what_you_need(reader: Reader, instance: Instance) -> None:
    """A promise that no longer needs the month in which cards end."""
    instance.adopt(re.sub(r", card_expiry|  card_expiry:\n(?:    .*\n)*", "", SAMPLE))
    digest = [""]

    def reviewed() -> None:
        digest[0] = reader.printed.partition("--erase ")[2].split()[0]

    reader.after("aboveboard sweep", reviewed, lambda: None)
    reader.replace("DIGEST", lambda: digest[0])
    reader.before("[retention]", lambda: instance.takes(reader.printed))
    reader.replace("05ANJ-W1WSQ-BPZQJ", instance.person("AW11022"))
    reader.replace("2027-06-30", (clock.now() + timedelta(days=200)).date().isoformat())
    held = {"release 3": "", "lift 4": ""}
    for word in held:
        reader.replace(word, lambda word=word: f"{word.split()[0]} {held[word]}")  # type: ignore[misc]

    def number(word: str) -> None:
        held[word] = re.findall(r"\d+", reader.printed)[0]

    reader.after("aboveboard hold place", lambda: number("release 3"))
    reader.after("aboveboard hold restrict", lambda: number("lift 4"))
