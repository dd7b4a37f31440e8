"""``aboveboard discover files``: how much of what kind is in files, and never a value."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aboveboard.commands.main import main
from aboveboard.discovery.files import search_document
from tests.discovery.files import SAMPLES, message, zipped

LETTER = "Dear Mrs. Wexcombe,\nyour card 4111 1111 1111 1111 and IBAN DE89 3704 0044 0532 0130 00"


def test_a_folder_is_counted_by_kind_without_a_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mail.eml").write_bytes(message("x", zipped({"l.txt": LETTER.encode()})))
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "link").symlink_to("/etc/passwd")
    assert main(["discover", "files", str(tmp_path), "--json"]) == 1
    out = capsys.readouterr().out
    rows = {
        row["name"].removeprefix(f"{tmp_path}/"): row for row in map(json.loads, out.splitlines())
    }
    assert set(rows) == {"a/mail.eml", "a/mail.eml!/a.zip!/l.txt", "b.png"}
    counts = rows["a/mail.eml!/a.zip!/l.txt"]["counts"]
    assert counts == {"title": 1, "person": 1, "card_number": 1, "iban": 1}
    assert rows["b.png"]["unread"].startswith("It holds no text")
    assert not [value for value in ("Wexcombe", "4111", "DE89") if value in out]


def test_a_name_cannot_move_the_cursor_of_who_reads_the_list() -> None:
    (finding,) = search_document("a\x1b[2J\n.txt", b"nothing")
    assert finding.name == "a?[2J?.txt"


@pytest.mark.slow
def test_texts_and_documents_are_read_where_there_is_no_network(tmp_path: Path) -> None:
    """In a network namespace of its own: not even this machine can be reached."""
    unshare = shutil.which("unshare")
    assert unshare, "util-linux is part of every system that this is tested on"
    for name in ("letter.docx", "people.xlsx", "letter.pdf", "mail-with-zip.eml"):
        (tmp_path / name).write_bytes(SAMPLES[name])
    program = (
        "import socket, sys\n"
        "from aboveboard.commands.main import main\n"
        "try:\n"
        "    socket.create_connection(('127.0.0.1', 9), 1)\n"
        "except ConnectionRefusedError:\n"
        "    sys.exit('there is a network')\n"
        "except OSError:\n"
        "    pass\n"
        "sys.exit(main(['discover', 'files', sys.argv[1]]))\n"
    )
    done = subprocess.run(
        [unshare, "--map-root-user", "--net", sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("person") >= 4
