"""Files in S3 and on an SFTP server are held to the same contract as those in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from aboveboard.connectors.contract import SystemUnavailable
from tests.connectors.contract import MARY, ConnectorContract, ContractStand, email
from tests.connectors.databases import PASSWORD
from tests.connectors.sftp_server import SftpTestServer
from tests.connectors.test_files import connector, fill, stand_in

BUCKET = "exports"


@pytest.fixture
def sftp(tmp_path: Path) -> Iterator[SftpTestServer]:
    fill(tmp_path / "exports")
    server = SftpTestServer(tmp_path, PASSWORD)
    yield server
    server.stop()


def reached(server: SftpTestServer, host_key: str) -> str:
    return (
        f"  place: sftp://127.0.0.1/exports\n  port: {server.port}\n  user: shop\n"
        f"  password: env:SHOP_DATABASE_PASSWORD\n  host_key: {host_key}\n"
        "addresses: {private: [127.0.0.1]}"
    )


class TestSftp(ConnectorContract):
    @pytest.fixture
    def stand(self, tmp_path: Path, sftp: SftpTestServer) -> ContractStand:
        place = reached(sftp, sftp.host_key)
        return replace(stand_in(tmp_path / "exports", place, sftp.stopped()), secrets=[PASSWORD])


def test_a_server_that_shows_another_key_is_not_spoken_to(sftp: SftpTestServer) -> None:
    other = SftpTestServer(Path("/nonexistent"), PASSWORD)
    exports = connector(reached(sftp, other.host_key))
    other.stop()
    assert not exports.test().ok
    with pytest.raises(SystemUnavailable):
        list(exports.find([email(MARY)]))


class TestS3(ConnectorContract):
    @pytest.fixture
    def stand(self, tmp_path: Path) -> Iterator[ContractStand]:
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        client = boto3.client(
            "s3",
            endpoint_url=address,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key=PASSWORD,
        )
        client.create_bucket(Bucket=BUCKET)
        fill(tmp_path / "exports")
        for path in (tmp_path / "exports").rglob("*"):
            if path.is_file():
                name = str(path.relative_to(tmp_path / "exports"))
                client.put_object(Bucket=BUCKET, Key=f"lists/{name}", Body=path.read_bytes())

        def contents() -> dict[str, bytes]:
            listed = client.list_objects_v2(Bucket=BUCKET)["Contents"]
            return {
                each["Key"]: client.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read()
                for each in listed
            }

        @contextmanager
        def down() -> Iterator[None]:
            server.stop()
            yield

        place = (
            f"  place: s3://{BUCKET}/lists\n  endpoint: {address}\n  region: us-east-1\n"
            "  access_key: env:SHOP_ACCESS_KEY\n  secret_key: env:SHOP_DATABASE_PASSWORD\n"
            "addresses: {private: [127.0.0.1]}"
        )
        yield replace(
            stand_in(tmp_path / "exports", place, down()),
            contents=contents,
            pauls=lambda: sorted(
                line
                for text in contents().values()
                for line in text.splitlines()
                if b"mary" not in line.lower()
            ),
            secrets=[PASSWORD],
        )
        server.stop()
        client.close()

    @pytest.fixture(autouse=True)
    def access_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SHOP_ACCESS_KEY", "test")
