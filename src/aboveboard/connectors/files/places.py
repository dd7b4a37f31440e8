"""Where files are: a folder, S3 or SFTP, through fsspec; and putting a new file in the place of an
old one, whole or not at all."""

from __future__ import annotations

import os
import posixpath
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import fsspec

from aboveboard.connectors.contract import SystemRefused, SystemUnavailable
from aboveboard.connectors.files.settings import FileSettings
from aboveboard.connectors.outgoing import sockets
from aboveboard.connectors.outgoing.addresses import (
    Resolver,
    read_destination,
    read_host,
    read_rules,
    resolve,
    system_resolver,
)
from aboveboard.connectors.secrets import SecretNotThere, SecretReference


class FilePlace:
    """The place of one system. A connection is made for each use, with secrets fetched then."""

    def __init__(
        self,
        key: str,
        settings: FileSettings,
        private: Iterable[str] = (),
        *,
        resolver: Resolver = system_resolver,
    ) -> None:
        self._key = key
        self._settings = settings
        # What a declaration says to be spoken to without TLS, it says in its address.
        endpoint = urlsplit(settings.endpoint)
        plain = [endpoint.hostname] if endpoint.scheme == "http" and endpoint.hostname else []
        self._rules = read_rules(private, plain_http=plain)
        self._resolver = resolver

    @contextmanager
    def opening(self) -> Iterator[OpenPlace]:
        """Give the place, connected.

        Raises:
            SystemUnavailable, SystemRefused: as the contract says; never with a name in it.
        """
        client = None
        try:
            place = self._connect()
            client = getattr(place, "client", None)
            yield place
        except (SystemRefused, SystemUnavailable):
            raise
        except SecretNotThere as error:
            raise SystemRefused(system=self._key, reason=str(error)) from None
        except ImportError:
            reason = "its library is not installed; install aboveboard[s3] or aboveboard[sftp]"
            raise SystemRefused(system=self._key, reason=reason) from None
        except PermissionError:
            raise SystemRefused(system=self._key, reason="a file may not be used") from None
        except Exception as error:
            if isinstance(error, OSError | EOFError) or _is_of(error, "paramiko", "botocore"):
                raise SystemUnavailable(system=self._key) from None
            raise
        finally:
            if client is not None:
                with suppress(OSError, EOFError):
                    client.close()

    def _connect(self) -> OpenPlace:
        settings = self._settings
        if settings.place.startswith("s3://"):
            return self._connect_s3()
        if settings.place.startswith("sftp://"):
            return self._connect_sftp()
        folder = Path(settings.place)
        if not folder.is_dir():
            raise FileNotFoundError(settings.place)
        return OpenPlace(fsspec.filesystem("file"), str(folder), remote=False)

    def _connect_s3(self) -> OpenPlace:
        from aboveboard.connectors.files.s3 import bucket_options

        settings = self._settings
        if settings.endpoint:
            # A literal address is asked of no resolver, so it is judged here.
            reached = read_destination(self._key, settings.endpoint, self._rules)
            resolve(self._key, reached.host, reached.port, self._rules, self._resolver)
        system = fsspec.filesystem(
            "s3",
            key=_fetched(settings.access_key),
            secret=_fetched(settings.secret_key),
            endpoint_url=settings.endpoint or None,
            **bucket_options(self._key, settings, self._rules, self._resolver),
        )
        # A step is tried again by whoever works the request, not for minutes here.
        system.retries = 1
        return OpenPlace(system, settings.place.removeprefix("s3://"), remote=True)

    def _connect_sftp(self) -> OpenPlace:
        from aboveboard.connectors.files.sftp import connect

        settings = self._settings
        address = urlsplit(settings.place)
        host, port = read_host(self._key, address.hostname or ""), address.port or settings.port
        system, client = connect(
            # SSH has its own proof of who answers: the key that the declaration names.
            sockets.connect(self._key, host, port, self._rules, tls=False, resolver=self._resolver),
            settings.user,
            _fetched(settings.password),
            settings.host_key,
        )
        return OpenPlace(system, address.path or "/", remote=True, client=client)


class OpenPlace:
    """A place that is connected."""

    def __init__(self, system: Any, root: str, *, remote: bool, client: Any = None) -> None:
        self.system = system
        self.root = root.rstrip("/")
        self.remote = remote
        self.client = client

    def files(self, pattern: str) -> list[str]:
        """Return the paths below the place that fit a pattern, in order."""
        self.system.invalidate_cache()
        self.system.ls(self.root)
        return sorted(
            path
            for path in self.system.glob(f"{self.root}/{pattern}")
            if not posixpath.basename(path).startswith(".aboveboard-")
        )

    def open(self, path: str) -> IO[bytes]:
        """Return a file for reading."""
        opened: IO[bytes] = self.system.open(path, "rb")
        return opened

    def version(self, path: str) -> object:
        """Return what changes when a file does."""
        info = self.system.info(path)
        return info.get("ETag"), info["size"], str(info.get("mtime") or info.get("LastModified"))

    def replace(self, path: str, made: Path, before: object) -> None:
        """Put a file in the place of another, whole: under another name first, then by a rename;
        S3 takes it whole by itself. Who may read it stays as it was.

        Raises:
            OSError: the file was changed meanwhile, or cannot be written; it stays as it was.
        """
        if self.version(path) != before:
            raise OSError("changed meanwhile")
        folder, name = posixpath.split(path)
        beside = posixpath.join(folder, f".aboveboard-{secrets.token_hex(8)}-{name}")
        if not self.remote:
            self._replace_here(Path(path), Path(beside), made)
        elif self.client is None:
            self.system.put_file(str(made), path)
        else:
            try:
                self.client.put(str(made), beside)
                self.client.chmod(beside, (self.client.stat(path).st_mode or 0o600) & 0o7777)
                self.client.posix_rename(beside, path)
            except OSError:
                with suppress(OSError):
                    self.client.remove(beside)
                raise

    def _replace_here(self, path: Path, beside: Path, made: Path) -> None:
        state = path.stat()
        try:
            shutil.copyfile(made, beside)
            beside.chmod(state.st_mode & 0o7777)
            if os.geteuid() == 0:
                os.chown(beside, state.st_uid, state.st_gid)
            with beside.open("rb") as written:
                os.fsync(written.fileno())
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise


def _fetched(reference: SecretReference | None) -> str | None:
    return None if reference is None else reference.fetch().reveal()


def _is_of(error: Exception, *libraries: str) -> bool:
    return any(type(error).__module__.partition(".")[0] == library for library in libraries)
