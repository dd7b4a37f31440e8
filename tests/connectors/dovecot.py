"""A Dovecot of the tests' own: on a free port, in a folder of its own, as an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from scripts import programs
from tests.connectors.raw_server import certificate

PASSWORD = "mailbox-secret-7"
HOST = "mail.example.org"

_SETTINGS = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{home}/{host}.pem
ssl_key = <{home}/{host}.pem
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{home}/mail/%u
mailbox_list_index = no
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
namespace inbox {{
  inbox = yes
}}
"""


class Dovecot:
    """The server, while it is entered."""

    def __init__(self) -> None:
        # Not one of pytest's folders: each run that begins closes them all to every other user.
        self.home = Path(tempfile.mkdtemp(prefix="aboveboard-dovecot-"))
        self.home.chmod(0o711)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.authorities = certificate(self.home, HOST)
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())

    def mailbox(self, user: str) -> Path:
        """Return the Maildir of a user."""
        return self.home / "mail" / user

    def put(self, user: str, folder: str, *messages: bytes) -> None:
        """Lay messages into a folder, whose name is as on the disk ("" for the inbox)."""
        place = self.mailbox(user) / (f".{folder}" if folder else "")
        for part in ("cur", "new", "tmp"):
            (place / part).mkdir(parents=True, exist_ok=True)
        for number, content in enumerate(messages):
            name = f"{time.time_ns()}.{number}.test"
            (place / "cur" / f"{name}:2,").write_bytes(content)
        self._own(self.home / "mail")

    def forget(self, user: str) -> None:
        """Empty a user's mailbox."""
        shutil.rmtree(self.mailbox(user), ignore_errors=True)

    def _own(self, top: Path) -> None:
        """Give what is below a folder to the unprivileged user."""
        if os.geteuid() == 0:
            for path in (top, *top.rglob("*")):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def __enter__(self) -> Dovecot:
        group = self._account.pw_gid
        text = _SETTINGS.format(
            home=self.home,
            host=HOST,
            port=self.port,
            password=PASSWORD,
            user=self._account.pw_name,
            group=_group_name(group),
            uid=self._account.pw_uid,
            gid=group,
        )
        settings = self.home / "dovecot.conf"
        settings.write_text(text, "utf-8")
        (self.home / "mail").mkdir(exist_ok=True)
        self._own(self.home)
        as_user = (
            {"user": self._account.pw_uid, "group": group, "extra_groups": []}
            if os.geteuid() == 0
            else {}
        )
        command = [programs.ensure("dovecot"), "-F", "-c", str(settings)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_user
        )
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)
        shutil.rmtree(self.home, ignore_errors=True)

    def _wait(self) -> None:
        for _ in range(200):
            if self._process.poll() is not None:
                raise AssertionError((self.home / "log").read_text("utf-8"))
            with socket.socket() as trying:
                if trying.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("Dovecot does not listen")


def _group_name(group: int) -> str:
    import grp

    return grp.getgrgid(group).gr_name
