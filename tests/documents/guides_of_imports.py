"""The guide for who brings customers in."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

from aboveboard.commands import exits
from aboveboard.commands.demo.people import people
from aboveboard.intake import mapping as mappings
from aboveboard.intake.limits import IMPORT_BATCH
from tests.documents.instance import PEOPLE, Instance, write_rows
from tests.documents.reader import PATIENCE, Reader

IMPORT = "aboveboard import customers.csv --mapping"
ROWS = 59
TRIES = 10
_HEARS_CTRL_C = """
import signal, sys
from aboveboard.commands.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main())
"""
"""A suite that was started in the background ignores Ctrl-C, and so would what it starts."""


def import_your_customers(reader: Reader, instance: Instance) -> None:
    """A file with five wrong rows, one that is interrupted, the first one corrected; then the
    nightly file, with a changed address, and somebody who was erased."""
    files = _Files(reader, instance)
    reader.before("identify_by:", files.own_mapping)
    reader.before("joined:", lambda: files.loads("mapping_of_theirs.yaml", reader.printed))
    reader.before("CLUSTER", files.cluster)
    reader.before(IMPORT, files.spoilt, lambda: None, files.interrupted, files.corrected)
    reader.ends_with(IMPORT, exits.ATTENTION, exits.ATTENTION, exits.DONE, exits.DONE)
    reader.replace("--problems 1 ", lambda: f"--problems {files.first_import} ")
    reader.before("aboveboard import customers.csv --problems", files.put_back)
    reader.ends_with("aboveboard import --problems", exits.ATTENTION)
    reader.before("changes: newer", lambda: files.changed(reader.printed))
    reader.before("changes: {", lambda: files.changed(reader.printed))
    reader.ends_with("aboveboard import --differences", exits.ATTENTION)
    reader.replace("--answer 12", lambda: f"--answer {files.difference}")
    reader.after("aboveboard import --answer", files.again)
    reader.before("aboveboard people let-in", files.erased)
    reader.replace("let-in 4", lambda: f"let-in {files.erasure}")
    reader.after("aboveboard people let-in", lambda: files.changed("", says="1 imported"))
    reader.before("aboveboard import --held-back", files.shared)
    reader.ends_with("aboveboard import --held-back", exits.ATTENTION)
    reader.replace("--decide 3", lambda: f"--decide {files.held_back}")
    reader.after("aboveboard import --decide", lambda: files.stranger("1 imported"))


class _Files:
    """The files of the reader."""

    def __init__(self, reader: Reader, instance: Instance) -> None:
        self._reader, self._instance = reader, instance
        self._file, self._nights = reader.folder / "customers.csv", 0
        self._people = list(people(PEOPLE + ROWS))[PEOPLE:]
        self.erasure = self.held_back = ""

    def loads(self, mapping: str, more: str = "") -> mappings.ColumnMapping:
        text = (self._reader.folder / mapping).read_text("utf-8") + "\n" + more
        return mappings.load(text, name=mapping)

    def own_mapping(self) -> None:
        """Import a file of the columns that the page's mapping names."""
        (self._reader.folder / "mapping_of_theirs.yaml").write_text(self._reader.printed)
        mapping = self.loads("mapping_of_theirs.yaml")
        row = {
            "customer_id": "CW1",
            "first_name": "Ann",
            "email": "ann@example.net",
            "birth_date": "31/05/1984",
            "region": "ENG",
            "country": "GB",
            "annual_income": "1",
        }
        assert row.keys() == mapping.columns.keys() | mapping.dropped.keys()
        write_rows(self._reader.folder / "theirs.csv", [row])
        said = self._reader.type("aboveboard import theirs.csv --mapping mapping_of_theirs.yaml")
        assert "1 rows: 1 imported" in said

    def cluster(self) -> None:
        """Type the page's SQL, where there is PostgreSQL."""
        if self._instance.database:
            (self._reader.folder / "order.sql").write_text(self._reader.printed)
            self._reader.type(f"psql -q -v ON_ERROR_STOP=1 -f order.sql {self._instance.database}")

    def spoilt(self) -> None:
        """Write the file with the page's five mistakes."""
        write_rows(self._file, self._people)
        lines = self._file.read_text("utf-8").splitlines()
        for line, (column, value) in {
            4: (4, "nobody"),
            6: (12, "31 May 1984"),
            8: (0, ""),
            10: (0, lines[8].split(",")[0]),
        }.items():
            cells = lines[line - 1].split(",")
            cells[column] = value
            lines[line - 1] = ",".join(cells)
        lines[11] = lines[11].rpartition(",")[0]
        self._file.write_text("\n".join(lines) + "\n", "utf-8")
        self._file.with_name("spoilt.csv").write_bytes(self._file.read_bytes())

    @property
    def first_import(self) -> str:
        (number,) = self._instance.asked("SELECT min(id) FROM intake_importrun WHERE refused = 5")[
            0
        ]
        return str(number)

    def interrupted(self) -> None:
        """Press Ctrl-C in the middle of a larger file."""
        for attempt in range(TRIES):
            # Nobody who was erased before is among them, whose names may be the same.
            rows = [
                row
                | {
                    "customer_id": f"CX{attempt}-{number}",
                    "email": f"cx{attempt}-{number}@example.org",
                    "phone": "",
                }
                for number, row in enumerate(people(2 * IMPORT_BATCH + 50, seed=attempt))
            ]
            write_rows(self._file, rows)
            words = [sys.executable, "-c", _HEARS_CTRL_C, *IMPORT.split()[1:], "mapping.yaml"]
            importing = subprocess.Popen(
                words,
                cwd=self._reader.folder,
                env=self._reader.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            while importing.poll() is None and not self._instance.asked(
                "SELECT 1 FROM intake_importrun WHERE finished_at IS NULL AND rows > 0"
            ):
                time.sleep(0.02)
            importing.send_signal(signal.SIGINT)
            if importing.wait(PATIENCE) == exits.STOPPED:
                return
        raise AssertionError("the import was never stopped in time")

    def put_back(self) -> None:
        """Have the first file again, to take its wrong rows out of it."""
        self._file.write_bytes(self._file.with_name("spoilt.csv").read_bytes())

    def corrected(self) -> None:
        """Correct the whole file."""
        write_rows(self._file, self._people)

    def changed(self, rule: str, *, says: str = "") -> None:
        """Import the nightly file again, with somebody's new address, under this rule."""
        self._nights += 1
        rows = [dict(row) for row in self._people]
        rows[0]["email"] = f"night{self._nights}@example.org"
        write_rows(self._file, rows)
        nightly = self._reader.folder / "nightly.yaml"
        nightly.write_text((self._reader.folder / "mapping.yaml").read_text() + f"\n{rule}\n")
        asks = "ask" in rule.partition("#")[0]
        code = exits.ATTENTION if asks or "(erasure" in says else exits.DONE
        said = self._reader.type(
            "aboveboard import customers.csv --mapping nightly.yaml", code=code
        )
        assert (says or ("1 to be decided" if asks else "1 taken over")) in said, said

    def again(self) -> None:
        """Import the file once more, now that somebody decided."""
        said = self._reader.type(f"{IMPORT} nightly.yaml")
        assert "1 taken over, 0 to be decided" in said, said

    @property
    def difference(self) -> str:
        (number,) = self._instance.asked("SELECT max(id) FROM intake_fieldnote")[0]
        return str(number)

    def shared(self) -> None:
        """Erase somebody, and import somebody else who has their phone."""
        shares = self._people[2]
        person = self._instance.person(shares["customer_id"])
        self._reader.type(f"aboveboard people erase {person} --yes")
        self._stranger = self._people[3] | {
            "customer_id": "CN1",
            "email": "cn1@example.org",
            "phone": shares["phone"],
        }
        self.stranger("1 left out", exits.ATTENTION)
        (number,) = self._instance.asked("SELECT max(id) FROM intake_heldbackrow")[0]
        self.held_back = str(number)

    def stranger(self, says: str, code: int = exits.DONE) -> None:
        """Import the other person alone."""
        write_rows(self._file, [self._stranger])
        said = self._reader.type(f"{IMPORT} mapping.yaml", code=code)
        assert says in said, said

    def erased(self) -> None:
        """Erase somebody, whom the nightly file brings again."""
        person = self._instance.person(self._people[1]["customer_id"])
        self._reader.type(f"aboveboard people erase {person} --yes")
        self.changed("", says="(erasure ")
        self.erasure = self._reader.printed.partition("(erasure ")[2].partition(")")[0]
