"""Leaked files as they are really found: who is in them is counted right, whatever their form.

The recipes are ``../shared/cases/trials/leak-*``; beside each stand others of its kind. All of them
go the way that a person goes: ``aboveboard incident open-leak FILE --yes``.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import time
import zipfile
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.commands import exits, main
from aboveboard.incidents import limits, queries
from aboveboard.incidents.leaks.packed import NotReadable, open_packed
from aboveboard.incidents.models import Incident
from aboveboard.intake import load as loading
from aboveboard.intake import mapping as mappings
from aboveboard.vault import queries as vault
from tests import world
from tests.conftest import SHARED

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
read_alike = pytest.mark.one_database(
    "how a file is read; what it counts, the recipes show on both"
)
TRIALS = SHARED / "cases" / "trials"

NAMES = ("ada.moss", "ben.hale", "cleo.ng", "dan.oshea", "eve.null", "finn.roy")
ADDRESSES = tuple(f"{name}@example.org" for name in NAMES)
STRANGERS = ("s1@stranger.example", "s2@stranger.example")
EVERYBODY = ADDRESSES + STRANGERS
SECRETS = tuple(f"Meadow{number}!" for number in range(8))
PEOPLE = """\
customer_id,title,first_name,last_name,email,phone,address_line1,address_line2,city,region,\
postal_code,country,birth_date,gender,marital_status,annual_income,occupation,children,home_owner,\
card_type,card_number,card_expiry
"""
_CUSTOMER = (
    "{number},,{name},{email},{phone},1 Mill Lane,,Leeds,,LS1 1AA,{country},1980-05-04,,,,,,,,,\n"
)
_CUSTOMERS = (
    *((["Ada,Moss", "Ben,Hale", "Cleo,Ng", "Dan,O’Shea", "Eve,Null", "Finn,Roy"][n], ADDRESSES[n])
      for n in range(6)),
    ("Gail,Pair", "pair@example.org"),
    ("Hugo,Pair", "pair@example.org"),
    ("Ida,Weg", "ida@straße.example"),
)  # fmt: skip


def people() -> str:
    """The customers of the recipes; the two of one address have one phone too."""
    rows = [
        _CUSTOMER.format(
            number=f"AW{place:03d}",
            name=name,
            email=address,
            phone=f"+44 20 7946 010{min(place, 7)}" if place < 9 else "+49 30 1234567",
            country="GB" if place < 9 else "DE",
        )
        for place, (name, address) in enumerate(_CUSTOMERS, 1)
    ]
    return PEOPLE + "".join(rows)


Opened = Callable[..., dict[str, Any]]


@pytest.fixture
def customers(db: None, tmp_path: Path) -> dict[str, int]:
    """Nine customers, by number; two of them share an address and a phone."""
    adopted = world.adopt()
    mapping = mappings.load(world.MAPPING_FILE.read_text("utf-8"), name="mapping.yaml")
    kinds = {key: field.kind_and_format for key, field in adopted.promise.fields.items()}
    path = tmp_path / "people.csv"
    path.write_text(people(), "utf-8")
    loading.load(
        loading.ImportSource(path, mapping, kinds, adopted.serial), by=SYSTEM, at=clock.now()
    )
    numbers = [f"AW{number:03d}" for number in range(1, 10)]
    return {number: vault.find("customer_number", number)[0] for number in numbers}


@pytest.fixture
def opened(
    customers: dict[str, int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Opened:
    """Open an incident from a file with the guess as it is; return what the command prints."""
    monkeypatch.setattr("aboveboard.keys.log_signing.sequence_now", lambda: None)

    def run(content: bytes | str | Path, *words: str) -> dict[str, Any]:
        file = content if isinstance(content, Path) else tmp_path / "found.txt"
        if not isinstance(content, Path):
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        code = main.main(["incident", "open-leak", str(file), "--yes", "--json", *words])
        printed = capsys.readouterr()
        if code != exits.DONE:
            return {"code": code, "error": printed.err + printed.out}
        facts: dict[str, Any] = json.loads(printed.out)
        return facts | {"code": code}

    return run


def numbers_in(facts: dict[str, Any], customers: dict[str, int]) -> set[str]:
    """The customers in a count, by number."""
    by_id = {person_id: number for number, person_id in customers.items()}
    incident = int(facts["incident"].removeprefix("INC-"))
    return {by_id[row.person_id] for row in queries.people(incident, limit=100)}


def with_password(facts: dict[str, Any]) -> int:
    """How many people of a count are shown to have lost a readable password."""
    incident = int(facts["incident"].removeprefix("INC-"))
    return sum("password" in row.readable for row in queries.people(incident, limit=100))


SIX = {f"AW00{number}" for number in range(1, 7)}

RECIPES = {
    "leak-address-and-secret-pairs.txt": (6, 6, 2),
    "leak-address-of-two-customers.csv": (2, 2, 0),
    "leak-address-spellings.csv": (6, 6, 1),
    "leak-compressed.txt.gz": (6, 6, 2),
    "leak-compressed.zip": (6, 6, 2),
    "leak-json-array-indented.json": (6, 6, 2),
    "leak-mixed-separators.txt": (6, 6, 2),
    "leak-name-address-secret.txt": (6, 6, 2),
    "leak-national-number-looks-like-phone.txt": (6, 0, 2),
    "leak-no-header-plain-secret.csv": (6, 6, 2),
    "leak-secret-with-comma.csv": (6, 6, 2),
    "leak-several-addresses-in-a-cell.csv": (6, None, 0),
    "leak-sql-inserts.sql": (6, 6, 2),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_counts_whom_it_names(
    name: str, opened: Opened, customers: dict[str, int]
) -> None:
    people, passwords, strangers = RECIPES[name]
    facts = opened(TRIALS / name)
    assert facts["code"] == exits.DONE, facts
    assert facts["people"] == people
    assert facts["stranger_lines"] == strangers
    assert facts["unread_lines"] == 0
    if people == 6:
        assert numbers_in(facts, customers) == SIX
    if passwords is not None:
        assert with_password(facts) == passwords


@pytest.mark.shared
def test_every_recipe_of_a_leak_is_tried() -> None:
    files = {file.name for file in TRIALS.glob("leak-*")}
    assert {name for name in files if not name.endswith(".steps.txt")} == RECIPES.keys()


def pairs(template: str, end: str = "\n") -> str:
    """A line for each of six customers and two strangers."""
    return (
        end.join(
            template.format(
                address=address, secret=secret, number=number, phone=f"+44 20 7946 010{number}"
            )
            for number, (address, secret) in enumerate(zip(EVERYBODY, SECRETS, strict=True), 1)
        )
        + end
    )


def insert(values: str, into: str = "users (id, email, passwd)") -> str:
    return " ".join(("INSERT INTO", into, "VALUES", values)) + ";\n"


_TUPLES = ",".join(
    f"({number},'{address}','it\\'s; (a) {secret}')"
    for number, (address, secret) in enumerate(zip(EVERYBODY, SECRETS, strict=True))
)
_OBJECTS = [
    {"email": address, "password": secret, "more": {"seen": "2024-01-01"}, "tags": [1, {"a": 2}]}
    for address, secret in zip(EVERYBODY, SECRETS, strict=True)
]
_COPY = "".join(
    f"{number}\t{address}\t{secret}\n"
    for number, (address, secret) in enumerate(zip(EVERYBODY, SECRETS, strict=True))
)

SIBLINGS: dict[str, str | bytes] = {
    "semicolon pairs": pairs("{address};{secret}"),
    "bar pairs": pairs("{address}|{secret}"),
    "tab pairs": pairs("{address}\t{secret}"),
    "pairs with a blank": pairs("{address} {secret}"),
    "colons with blanks": pairs("{address} : {secret}"),
    "quoted pairs": pairs('"{address}","{secret}"'),
    "pairs in single quotes": pairs("'{address}':'{secret}'"),
    "secret first": pairs("{secret}:{address}"),
    "secret first, commas": pairs("{secret},{address}"),
    "secrets with every separator": pairs("{address}:a:b;c,d|e{secret}"),
    "name, secret, address": pairs("user{number};{secret};{address}"),
    "address, secret and place": pairs("{address}:{secret}:10.0.0.{number}"),
    "upper case": pairs("{address}:{secret}").upper(),
    "a header with semicolons": "email;password\n" + pairs("{address};{secret}"),
    "a header with tabs": "email\tpassword\n" + pairs("{address}\t{secret}"),
    "what Excel says first": "sep=;\nemail;password\n" + pairs("{address};{secret}"),
    "Excel, no header": "sep=|\n" + pairs("{address}|{secret}"),
    "a table in Markdown": "| email | password |\n|---|---|\n" + pairs("| {address} | {secret} |"),
    "lines of words": pairs("user={address} pass={secret} ok=1"),
    "a log": pairs("2024-01-01 10:00:0{number} login by <{address}> with {secret}"),
    "links": pairs("https://shop.example/reset?mail={address}&token={secret}"),
    "UTF-16 with a mark": pairs("{address};{secret}").encode("utf-16"),
    "UTF-16 without a mark": pairs("{address};{secret}").encode("utf-16-le"),
    "UTF-16 the other way round": pairs("{address};{secret}").encode("utf-16-be"),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + pairs("{address};{secret}").encode(),
    "Latin-1": pairs("{address};Zoë{secret}").encode("latin-1"),
    "NULs": pairs("{address};{secret}").encode().replace(b"Meadow", b"Mea\x00dow"),
    "mixed line ends": pairs("{address};{secret}", "\r\n").replace("\r\n", "\r", 2),
    "a JSON array in one line": json.dumps(_OBJECTS),
    "a JSON array, one object a line": "[\n" + ",\n".join(map(json.dumps, _OBJECTS)) + "\n]\n",
    "JSON lines": "\n".join(map(json.dumps, _OBJECTS)),
    "a JSON object with a list inside": json.dumps({"meta": {"n": 8}, "users": _OBJECTS}, indent=2),
    "JSON two deep": json.dumps({"data": {"rows": _OBJECTS, "next": None}}),
    "JSON objects by name": json.dumps({str(n): one for n, one in enumerate(_OBJECTS)}, indent=1),
    "JSON objects, one after another": "\n".join(json.dumps(one, indent=2) for one in _OBJECTS),
    "JSON with the address inside": json.dumps(
        [{"user": {"contact": {"mail": one["email"]}}, "pw": one["password"]} for one in _OBJECTS]
    ),
    "JSON by address": json.dumps(dict(zip(EVERYBODY, SECRETS, strict=True)), indent=1),
    "one INSERT of many": insert(_TUPLES),
    "INSERT without names": insert(_TUPLES, "`users`"),
    "INSERT after CREATE": "CREATE TABLE `users` (\n  `id` int NOT NULL,\n  `email` varchar(255),\n"
    "  `passwd` text,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n" + insert(_TUPLES, "`users`"),
    "INSERT in capitals over lines": "insert into Shop.users\n(id, email, passwd)\nvalues\n"
    + _TUPLES.replace("),(", "),\n(")
    + ";\n",
    "INSERT with doubled quotes": "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n"
    + insert(_TUPLES.replace("\\'", "''")),
    "a table of nobody first": "".join(
        insert(f"({n},'thing {n}')", "products (id, name)") for n in range(300)
    )
    + insert(_TUPLES),
    "COPY of PostgreSQL": "--\n-- PostgreSQL database dump\n--\n\nSET x = 1;\n\n"
    f"COPY public.users (id, email, passwd) FROM stdin;\n{_COPY}\\.\n\nSELECT 1;\n",
    "gzip": gzip.compress(pairs("{address}:{secret}").encode()),
    "bzip2": bz2.compress(pairs("{address}:{secret}").encode()),
    "xz": lzma.compress(pairs("{address}:{secret}").encode()),
    "gzip of a dump": gzip.compress(insert(_TUPLES).encode()),
    "JSON of lists": json.dumps([["email", "password"], *zip(EVERYBODY, SECRETS, strict=True)]),
    "JSON of lists over lines": "[\n"
    + ",\n".join(json.dumps(pair) for pair in zip(EVERYBODY, SECRETS, strict=True))
    + "\n]\n",
    "XML": "<users>\n"
    + pairs(" <user><email>{address}</email><password>{secret}</password></user>")
    + "</users>\n",
    "a table of HTML": "<table><tr><th>email</th><th>password</th></tr>\n"
    + pairs("<tr><td>{address}</td><td>{secret}</td></tr>")
    + "</table>\n",
    "a log of forms sent": pairs("10.0.0.1 POST /in?mail={address}&word={secret} 200").replace(
        "@", "%40"
    ),
    "entities": pairs("<p>{address} {secret}</p>").replace("@", "&#64;"),
    "quoted-printable": pairs("Reset for {address}: {secret}").replace("@", "=40"),
    "escapes of a program": pairs('x = "{address}", "{secret}"').replace("@", "\\u0040"),
    "a full-width sign": pairs("{address}:{secret}").replace("@", "\uff20"),
    "signs that do not print": pairs("{address}:{secret}").replace("@", "\u200b@"),
    "[at] and [dot]": pairs("{address} {secret}")
    .replace("@", " [at] ")
    .replace(".org", " [dot] org"),
    "control signs between": pairs("7\x01{address}\x01{secret}"),
    "one very long line": " ".join(pairs("{address}:{secret}").split())
    + f" {'x' * 63}" * (1 << 15),
}


@read_alike
@pytest.mark.parametrize("name", SIBLINGS)
def test_others_of_its_kind_count_the_same(
    name: str, opened: Opened, customers: dict[str, int]
) -> None:
    facts = opened(SIBLINGS[name])
    assert facts["code"] == exits.DONE, facts
    assert numbers_in(facts, customers) == SIX
    assert with_password(facts) == 6


ADDRESSED_OTHERWISE = {
    "phones alone": pairs("{phone}"),
    "phones as they are dialled there": pairs("{phone}").replace("+44 ", "0"),
    "phones without signs": pairs("{phone}").replace("+", "").replace(" ", ""),
    "numbers alone": "customer_id\n" + "".join(f"AW00{n}\n" for n in range(1, 7)),
    "numbers without a header": "".join(f"AW00{n};x{n}y;2\n" for n in range(1, 7)),
    "numbers in words": "".join(f"Case {n}: customer AW00{n} called.\n" for n in range(1, 7)),
    "numbers in names of files": "".join(f"scan_AW00{n}_2026.pdf\n" for n in range(1, 7)),
    "phones of a spreadsheet": "phone\n" + "".join(f"44207946010{n}.0\n" for n in range(1, 7)),
    "a number where names of columns stand": "AW001;x\n"
    + "".join(f"{address};x\n" for address in ADDRESSES[1:]),
    "phones in words": "".join(f"call {n}: +44 (0)20 7946 010{n} ok\n" for n in range(1, 7)),
    "numbers behind a stranger's address": "email,id\n"
    + "".join(f"x{n}@stranger.example,AW00{n}\n" for n in range(1, 7)),
}


@pytest.mark.parametrize("name", ADDRESSED_OTHERWISE)
def test_phones_and_numbers_lead_to_people_too(
    name: str, opened: Opened, customers: dict[str, int]
) -> None:
    facts = opened(ADDRESSED_OTHERWISE[name])
    assert facts["code"] == exits.DONE, facts
    # The seventh phone is of two customers, so both are in it.
    both = {"AW007", "AW008"} if "0107" in ADDRESSED_OTHERWISE[name].replace(" ", "") else set()
    assert numbers_in(facts, customers) == SIX | both


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


@read_alike
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_an_archive_with_one_file_is_opened(
    method: int, opened: Opened, customers: dict[str, int]
) -> None:
    rows = pairs("{address}:{secret}").encode()
    facts = opened(zipped(("__MACOSX/._x", b"0"), ("dump/x.txt", rows), method=method))
    assert numbers_in(facts, customers) == SIX
    evidence = queries.page(1, at=clock.now()).evidence
    assert evidence is not None
    assert evidence.size > 0


NOT_READ = {
    "an empty archive": (zipped(), "made from"),
    "cut off": (gzip.compress(pairs("{address}:{secret}").encode() * 9)[:-30], "Get it again"),
    "PDF": (b"%PDF-1.7\n", "Copy its text"),
    "nothing of anybody": (b"colour,size\nred,1\nblue,2\n", "another kind of incident"),
}


@read_alike
@pytest.mark.parametrize("name", NOT_READ)
def test_what_cannot_be_read_ends_with_what_to_do(name: str, opened: Opened) -> None:
    content, step = NOT_READ[name]
    answer = opened(content)
    assert answer["code"] == exits.INVALID, answer
    assert step in answer["error"]
    assert not Incident.objects.exists()


def test_a_bomb_is_refused_before_it_has_filled_anything() -> None:
    bomb = gzip.compress(bytes(limits.LEAK_RATIO * limits.LEAK_RATIO_FROM + (8 << 20)), 1)
    _, stream = open_packed(io.BytesIO(bomb))
    with pytest.raises(NotReadable, match="tightly"):
        deque(iter(lambda: stream.read(1 << 20), b""), maxlen=0)


@read_alike
@pytest.mark.parametrize("columns", [400, 3_000, 30_000])
def test_too_many_columns_are_a_reason_at_once(columns: int, opened: Opened) -> None:
    began = time.process_time()
    answer = opened(",".join(f"c{n}" for n in range(columns)) + "\n" + "1," * (columns - 1) + "1\n")
    assert answer["code"] == exits.INVALID
    assert "Cut out the columns" in answer["error"]
    assert time.process_time() - began < 3, "work for each column squared would take minutes"


def test_half_a_character_breaks_nothing(opened: Opened, customers: dict[str, int]) -> None:
    facts = opened(
        '{"customer_id": "\\ud800AW1", "\\udfff": "x", "email": "ada.moss@example.org"}\n'
        '{"customer_id": "AW002", "email": "\\ud83d\\ude00@x.io"}\n'
    )
    assert numbers_in(facts, customers) == {"AW001", "AW002"}
