"""An SFTP server in a thread, over a folder: paramiko's own server side."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko
from paramiko import SFTP_OK, SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface


class _Login(paramiko.ServerInterface):
    def __init__(self, password: str) -> None:
        self._password = password

    def check_auth_password(self, username: str, password: str) -> int:
        right = password == self._password
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


def _of(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except OSError as error:
        return SFTPServer.convert_errno(error.errno or 0)


class _Files(SFTPServerInterface):
    root = Path()

    def _at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def list_folder(self, path: str) -> Any:
        return _of(
            lambda: [
                SFTPAttributes.from_stat(each.stat(), each.name)
                for each in sorted(self._at(path).iterdir())
            ]
        )

    def stat(self, path: str) -> Any:
        return _of(lambda: SFTPAttributes.from_stat(self._at(path).stat()))

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        return _of(lambda: self._opened(self._at(path), flags))

    def _opened(self, path: Path, flags: int) -> SFTPHandle:
        number = os.open(path, flags | os.O_CREAT if flags & os.O_WRONLY else flags, 0o600)
        file = os.fdopen(number, "wb" if flags & os.O_WRONLY else "rb")
        handle = SFTPHandle(flags)
        handle.readfile = handle.writefile = file
        handle.stat = lambda: SFTPAttributes.from_stat(path.stat())
        return handle

    def remove(self, path: str) -> Any:
        return _of(self._at(path).unlink) or SFTP_OK

    def posix_rename(self, oldpath: str, newpath: str) -> Any:
        _of(lambda: self._at(oldpath).replace(self._at(newpath)))
        return SFTP_OK

    def chattr(self, path: str, attr: Any) -> Any:
        if attr.st_mode is not None:
            self._at(path).chmod(attr.st_mode & 0o7777)
        return SFTP_OK


class SftpTestServer:
    """A server; ``port`` is where it listens, ``host_key`` what it shows."""

    def __init__(self, folder: Path, password: str) -> None:
        self._key = paramiko.RSAKey.generate(2048)
        self._password = password
        self._files = type("Files", (_Files,), {"root": folder})
        self._socket = self._listen(0)
        self.port = int(self._socket.getsockname()[1])
        self.host_key = f"{self._key.get_name()} {self._key.get_base64()}"
        self._open: list[paramiko.Transport] = []

    def _listen(self, port: int) -> socket.socket:
        listening = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._serve, args=(listening,), daemon=True).start()
        return listening

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self._key)
            transport.set_subsystem_handler("sftp", SFTPServer, self._files)
            self._open.append(transport)
            try:
                transport.start_server(server=_Login(self._password))
            except (paramiko.SSHException, EOFError):
                transport.close()

    def stop(self) -> None:
        """Answer nobody any more."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for transport in self._open:
            transport.close()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Be away for a while."""
        self.stop()
        try:
            yield
        finally:
            self._socket = self._listen(self.port)
