"""The table: each parser, samples that it takes, and the errors that it may answer with. Anything
else is a fault of ours.

A new parser of bytes from outside gets a line here.
"""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.api.reading import NotJson, read
from aboveboard.api.shapes import BatchIn, ChoiceIn, UseIn
from aboveboard.basics.clock import now
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.settings import load as load_settings
from aboveboard.custody.inventory.reading import read_inventory
from aboveboard.discovery.documents.reading import read as read_document
from aboveboard.incidents import veris
from aboveboard.intake import mapping, people_file
from aboveboard.keys import handles
from aboveboard.keys.providers import kms, material, passphrase, transit_client
from aboveboard.keys.wrapping import LocalKey
from aboveboard.kinds import national_ids, normalise, values
from aboveboard.kinds.kind import KindMismatch
from aboveboard.kinds.text import find as find_in_text
from aboveboard.ledger.format import checkpoint, cosignature, entry, note, proof, submission, tiles
from aboveboard.ledger.format.tree import leaf_hash
from aboveboard.ledger.verify import archives
from aboveboard.ledger.verify.history import read_seen
from aboveboard.ledger.verify.resume import read_place
from aboveboard.ledger.witness.client import read_addresses
from aboveboard.promise import loading as promise
from aboveboard.vault import record_format, sealed
from aboveboard.vault.documents import media, stream
from aboveboard.vault.origin import ValueOrigin
from tests.discovery.files import SAMPLES as DOCUMENTS
from tests.fuzz import leaks
from tests.fuzz.requests import take_in
from tests.ledger.logs import SIGNER, bodies
from tests.world import MAPPING_FILE, PROMISE_FILE


@dataclass(frozen=True, slots=True)
class Parser:
    """One parser: its name, what it does with bytes, and samples that it takes."""

    name: str
    parse: Callable[[bytes], object]
    samples: Callable[[], Iterable[bytes]]


def text(parse: Callable[[str], object]) -> Callable[[bytes], object]:
    """Return a parser of bytes from one of text."""
    return lambda data: parse(data.decode("utf-8", "replace"))


@cache
def _record() -> bytes:
    cipher, origin = AESGCM(bytes(32)), ValueOrigin(3, now(), "import", "deliver-orders")
    names = ("city", "email", "first_name")
    boxes = {name: sealed.seal(cipher, 7, name, origin, f"a {name}") for name in names}
    return record_format.seal_record(cipher, 7, boxes)


@cache
def _record_of_format_2() -> bytes:
    return sealed.encode(record_format.open_record(AESGCM(bytes(32)), 7, _record()))


@cache
def _log() -> tuple[list[bytes], str]:
    """One entry, and the signed checkpoint of the log that holds it alone."""
    entries = bodies(1)
    return entries, checkpoint.Checkpoint("localhost/log", 1, leaf_hash(entries[0])).sign(SIGNER)


def _proof() -> bytes:
    entries, signed = _log()
    return proof.Proof(0, (), signed, entries[0]).text().encode()


def _settings(data: bytes) -> object:
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "aboveboard.toml").write_bytes(data)
        return load_settings(Path(home), {})


_CUSTOMERS = b"customer_id,email\nAW00011000,jon24@example.org\nAW00011001,\n"
_COLUMNS = mapping.load(
    (
        "identify_by: customer_number\ncountry: country\n"
        "columns: {customer_id: customer_number, email: email, country: country}\n"
    ),
    name="m",
)


def _people(data: bytes) -> object:
    kinds = {"customer_number": "customer_number", "email": "email", "country": "country"}
    return list(people_file.read(io.BytesIO(data), "customers.csv", _COLUMNS, kinds))


def _wrapped(data: bytes) -> object:
    return LocalKey(bytes(32)).unwrap(data, b"a context")


_SEALED_KEY = passphrase.seal("00" * 32, "a passphrase", memory=64)
_ENGINE = b'{"data": {"ciphertext": "vault:v1:AA=="}, "errors": ["a"]}'


_WITNESS = cosignature.Cosigner("witness.example/w1", cosignature.ED25519, bytes(32))


def _kept(parse: Callable[[Path], object]) -> Callable[[bytes], object]:
    """Return a parser of bytes from one of a file."""

    def parsed(data: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "file").write_bytes(data)
            return parse(Path(folder) / "file")

    return parsed


def _archive(file: Path) -> object:
    if not archives.is_archive(file):
        return None
    with archives.open_archive(file) as source:
        return source.read("checkpoint")


def _packed(mode: Literal["w", "w:gz"]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as packed:
        for name in ("log/checkpoint", "log/tile/0/000.p/1", "../escape", "log/tile/../../x"):
            info = tarfile.TarInfo(name)
            info.size = len(_log()[1].encode())
            packed.addfile(info, io.BytesIO(_log()[1].encode()))
    return data.getvalue()


def _taken(kind: str) -> Callable[[str], object]:
    """Return what reads a value of a kind at the border; a misfit is its answer,
    as an import lists it."""

    def taken(said: str) -> object:
        try:
            return values.read(kind, said)
        except KindMismatch as misfit:
            return misfit.expected

    return taken


_ASKED = b'{"purpose":"deliver-orders","fields":["city"],"channel":"shop",'
_SAID = b'{"purpose":"personal-offers","answer":"no","channel":"shop","evidence":"c",'
_WHO = b'"person":{"kind":"phone","value":"020 7946 0000","country":"GB"}}'


_FORM_HEAD = (
    b"/accounts/login/?next=%2Fyou%2F\r\nCookie: a=1; b=2\r\nX-Forwarded-For: 192.0.2.1\r\n"
    b"Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n\r\n"
)
_PARTS_HEAD = b"/accounts/login/\r\nContent-Type: multipart/form-data; boundary=B\r\n\r\n"
_PART = '--B\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'


def _body(shape: type[UseIn] | type[BatchIn] | type[ChoiceIn]) -> Callable[[bytes], object]:
    return lambda data: read(shape, data)


PARSERS: tuple[Parser, ...] = (
    Parser("document", lambda data: list(read_document("a", data)), DOCUMENTS.values),
    Parser(
        "workbook",
        lambda data: list(read_document("a.xlsx", data)),
        lambda: [DOCUMENTS["people.xlsx"]],
    ),
    Parser("running text", text(find_in_text), lambda: [b"Dear Mrs. Wexcombe, IBAN DE89 3704"]),
    Parser(
        "promise file",
        lambda data: promise.load(data, name="promise.yaml"),
        lambda: [PROMISE_FILE.read_bytes()],
    ),
    Parser(
        "mapping file",
        text(lambda said: mapping.load(said, name="mapping.yaml")),
        lambda: [MAPPING_FILE.read_bytes()],
    ),
    Parser(
        "customer file",
        _people,
        lambda: [b"country," + _CUSTOMERS, b'country,customer_id,email\nGB,1,"a@b.org"\n'],
    ),
    Parser("leaked file", leaks.read, leaks.texts),
    Parser("leaked archive or database", leaks.read, leaks.packages),
    Parser(
        "settings file",
        _settings,
        lambda: [b'[server]\nport = 8000\n[mail]\nurl = "smtp://localhost"\n'],
    ),
    Parser(
        "veris record",
        text(veris.read_records),
        lambda: [b'{"incident_id": "1", "timeline": {"incident": {"year": 2026}}}'],
    ),
    Parser("record of format 2", sealed.decode, lambda: [_record_of_format_2()]),
    Parser(
        "some fields of a record of format 2",
        lambda data: sealed.pick(data, ["email", "none"]),
        lambda: [_record_of_format_2()],
    ),
    Parser(
        "sealed record",
        lambda data: record_format.open_record(AESGCM(bytes(32)), 7, data),
        lambda: [_record()],
    ),
    Parser(
        "what a sealed record covers",
        lambda data: record_format.open_record(
            AESGCM(bytes(32)), 7, record_format.pad_and_seal(AESGCM(bytes(32)), 7, data, bytes(12))
        ),
        lambda: [_record_of_format_2()],
    ),
    Parser("wrapped key", _wrapped, lambda: [LocalKey(bytes(32)).wrap(bytes(32), b"a context")]),
    Parser(
        "root keys in a text", text(material.read), lambda: [b"00" * 32, (b"11" * 32 + b"\n") * 3]
    ),
    Parser(
        "root key behind a passphrase",
        text(lambda said: passphrase.unseal(said, "a passphrase")),
        lambda: [_SEALED_KEY.encode()],
    ),
    Parser(
        "sealed handles",
        lambda data: handles.unseal(7, bytes(32), data),
        lambda: [
            handles.seal(
                7, bytes(32), handles.PersonHandles(handles.HandleSecret(bytes(32)), ("00" * 16,))
            )
        ],
    ),
    Parser(
        "answer of a transit engine",
        lambda data: transit_client.read(200, data),
        lambda: [_ENGINE],
    ),
    Parser(
        "address of a transit engine",
        text(transit_client.parse_address),
        lambda: [b"vault:https://vault.example.org:8200/transit/keys?namespace=a"],
    ),
    Parser(
        "address of a key in KMS",
        text(kms.parse_url),
        lambda: [b"awskms:alias/a?region=eu-west-1&endpoint=http://127.0.0.1:1"],
    ),
    Parser(
        "inventory of devices",
        lambda data: read_inventory(data, "inventory.csv"),
        lambda: [
            b"label,serial number,encrypted\nLT-1,S1,yes\n",
            b'asset tag;name\rLT-1;"A 13"" screen"\r',
            b'{"hosts": [{"hostname": "mac", "disk_encryption_enabled": null}]}',
        ],
    ),
    Parser("ledger entry", entry.parse, lambda: _log()[0]),
    Parser("signed note", lambda data: note.split(note.decode(data)), lambda: [_log()[1].encode()]),
    Parser(
        "checkpoint",
        lambda data: checkpoint.open_note(note.decode(data), SIGNER.verifier),
        lambda: [_log()[1].encode()],
    ),
    Parser("proof", text(lambda said: proof.verify(said, SIGNER.verifier)), lambda: [_proof()]),
    Parser(
        "submission to a witness",
        submission.parse,
        lambda: [submission.Submission(3, [bytes(32)], _log()[1]).encode()],
    ),
    Parser(
        "key of a witness",
        text(cosignature.WitnessKey.from_vkey),
        lambda: [_WITNESS.key.vkey.encode()],
    ),
    Parser(
        "cosigned note",
        text(_WITNESS.key.signed_at),
        lambda: [(_log()[1] + _WITNESS.line(_log()[1].partition("\n\n")[0] + "\n", 9)).encode()],
    ),
    Parser(
        "witnesses that are set",
        text(read_addresses),
        lambda: [f"{_WITNESS.key.vkey} https://witness.example".encode()],
    ),
    Parser(
        "place of a verifier",
        _kept(read_place),
        lambda: [b'{"v":1,"origin":"localhost/log","size":256,"peaks":["' + b"00" * 32 + b'"]}'],
    ),
    Parser(
        "checkpoints seen",
        _kept(lambda file: read_seen(file, [SIGNER.verifier])),
        lambda: [json.dumps({"note": _log()[1]}).encode()],
    ),
    Parser(
        "archive of a log",
        _kept(_archive),
        lambda: [_packed("w:gz"), _packed("w:xz"), _packed("w")],
    ),
    Parser(
        "tile path", text(tiles.parse_path), lambda: [b"tile/0/x001/067.p/5", b"tile/entries/000"]
    ),
    Parser("body of a use", _body(UseIn), lambda: [_ASKED + _WHO]),
    Parser(
        "body of a batch", _body(BatchIn), lambda: [_ASKED + b'"people":[' + _WHO[9:-1] + b"]}"]
    ),
    Parser("body of a choice", _body(ChoiceIn), lambda: [_SAID + _WHO]),
    Parser(
        "request",
        take_in,
        lambda: [
            _FORM_HEAD + b"login=jon%40example.org&csrfmiddlewaretoken=" + b"a" * 32,
            _PARTS_HEAD + _PART.format("login", "jon@example.org").encode() + b"--B--\r\n",
            b"/console/incidents/new/leak/"
            + _PARTS_HEAD[16:]
            + _PART.format('file"; filename="rows.csv', "a;b").encode()
            + b"--B--\r\n",
            b"/api/v1/uses\r\nContent-Type: application/json\r\n\r\n" + _ASKED + _WHO,
        ],
    ),
    Parser("bundle of entries", tiles.decode_bundle, lambda: [tiles.encode_bundle(_log()[0])]),
    Parser("hashes of a tile", lambda data: tiles.decode_hashes(data, 3), lambda: [bytes(96)]),
    Parser("e-mail address", text(normalise.email), lambda: ["Jön@Exämple.org".encode()]),
    Parser(
        "phone number",
        text(lambda said: normalise.phone(said, "GB")),
        lambda: [b"020 7946 0000", b"+49 (0) 30/123456"],
    ),
    Parser("customer number", text(normalise.customer_number), lambda: [b"aw-000 11 000"]),
    Parser(
        "national number",
        text(lambda said: national_ids.normal_form(said, "fr.nir")),
        lambda: [b"2 95 10 99 126 111 93"],
    ),
    Parser(
        "card number",
        text(_taken("card_number")),
        lambda: [b"4111 1111 1111 1111", b"************1111"],
    ),
    Parser("date", text(_taken("date")), lambda: [b"1984-05-31", b"1984-05-31 00:00:00.000"]),
    Parser(
        "postal address", text(_taken("postal_address")), lambda: [b"1 High St\nLeeds\nLS1 4AP"]
    ),
    Parser(
        "name of a document",
        text(partial(media.safe_name, media_type="application/pdf")),
        lambda: [b"../a\\b/receipt.pdf"],
    ),
    Parser(
        "chunk of a document",
        lambda data: list(stream.unseal(bytes(32), [data])),
        lambda: list(stream.seal(bytes(32), [b"%PDF-"])),
    ),
)

ERRORS: tuple[type[Exception], ...] = (AboveboardError, NotJson)
"""What a parser may answer with. Each names what is wrong; anything else would be a fault page,
or a process that ends."""
