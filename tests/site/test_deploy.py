"""What is shipped to run it as a service or in a container keeps to what the guide says of it."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from aboveboard.basics import settings
from aboveboard.commands import limits as command_limits
from aboveboard.commands import main
from scripts import programs

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSED = sorted((DEPLOY / "container").glob("compose*.yaml"))
MOST_EXPOSED = 2.0
"""Of 10, by the measure of ``systemd-analyze security``."""

RESTRICTIONS = """
NoNewPrivileges=yes CapabilityBoundingSet= PrivateUsers=yes RestrictSUIDSGID=yes
RestrictNamespaces=yes RestrictRealtime=yes LockPersonality=yes MemoryDenyWriteExecute=yes
ProtectSystem=strict ProtectHome=yes PrivateTmp=yes PrivateDevices=yes ProtectProc=invisible
ProtectClock=yes ProtectControlGroups=yes ProtectHostname=yes ProtectKernelLogs=yes
ProtectKernelModules=yes ProtectKernelTunables=yes SystemCallArchitectures=native UMask=0077
RemoveIPC=yes ProcSubset=pid User=aboveboard
"""


class _Once(dict[str, Any]):
    """Sections of a unit, where a directive that comes again adds to the one before."""

    def __setitem__(self, key: str, value: Any) -> None:
        if isinstance(value, list) and key in self:
            self[key].extend(value)
        else:
            super().__setitem__(key, value)


def read_unit(file: Path) -> configparser.ConfigParser:
    """Return the sections of a unit; a directive that comes twice has both lines."""
    unit = configparser.ConfigParser(
        strict=False, interpolation=None, delimiters=["="], dict_type=_Once
    )
    unit.optionxform = lambda option: option  # type: ignore[method-assign, assignment]
    unit.read_string(file.read_text("utf-8"))
    return unit


def understood(words: str) -> None:
    """Let the command line read a line; it exits where it does not understand it."""
    given = shlex.split(words)
    known = main.find_commands()
    wanted = next(word for word in given if word in {command.name for command in known})
    main.build_parser(known, wanted).parse_args(given)


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_a_unit_may_write_to_its_folders_and_has_no_rights(file: Path) -> None:
    service = read_unit(file)["Service"]
    for restriction in RESTRICTIONS.split():
        name, _, value = restriction.partition("=")
        assert service.get(name) == value, name
    assert service["SystemCallFilter"] == "@system-service\n~@privileged @resources"
    folders = ["/srv/aboveboard", *(["/mnt/backups"] if "backup" in file.name else [])]
    assert service["ReadWritePaths"].split() == folders
    program, _, words = service["ExecStart"].partition(" ")
    assert program == "/opt/aboveboard/.venv/bin/aboveboard"
    understood(words)
    if found := programs.find("systemd-analyze"):
        words = f"security --offline=true --threshold={int(MOST_EXPOSED * 10)}"
        said = subprocess.run(
            [found, *words.split(), file], capture_output=True, text=True, check=False
        )
        assert said.returncode == 0, said.stdout + said.stderr


def test_a_stopping_unit_has_longer_than_the_program_takes() -> None:
    for name in ("aboveboard", "aboveboard-worker"):
        service = read_unit(DEPLOY / "systemd" / f"{name}.service")["Service"]
        assert int(service["TimeoutStopSec"]) > command_limits.STOP_PATIENCE.total_seconds() + 2
    # It may not raise its own limit in the unit, so it must not need to.
    most = command_limits.CONNECTIONS + command_limits.OTHER_FILES
    assert int(read_unit(UNITS[-1])["Service"]["LimitNOFILE"]) >= most


def test_every_unit_and_timer_is_one_for_systemd() -> None:
    found = programs.find("systemd-analyze")
    timer = read_unit(DEPLOY / "systemd" / "aboveboard-backup.timer")
    assert timer["Timer"]["Persistent"] == "true"
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d:\d\d", timer["Timer"]["OnCalendar"])
    if found:
        files = [*UNITS, DEPLOY / "systemd" / "aboveboard-backup.timer"]
        done = subprocess.run(
            [found, "verify", *files], capture_output=True, text=True, check=False
        )
        # The program is not installed at its place on this machine; nothing else may be said.
        said = [line for line in done.stderr.splitlines() if "is not executable" not in line]
        assert not said, said


def instructions() -> list[tuple[str, str]]:
    """Return what the Containerfile says, continued lines joined."""
    text = (DEPLOY / "container" / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def test_the_image_runs_as_nobody_special_with_one_port_and_one_volume() -> None:
    said = instructions()
    final = said[max(n for n, (word, _) in enumerate(said) if word == "FROM") :]
    only = {word: [rest for each, rest in final if each == word] for word, _ in final}
    assert only["USER"] == ["10001:10001"]
    assert only["EXPOSE"] == ["8000"]
    assert yaml.safe_load(only["VOLUME"][0]) == ["/data"]
    assert len(only["VOLUME"]) == 1
    assert yaml.safe_load(only["ENTRYPOINT"][0]) == ["aboveboard"]
    understood(shlex.join(yaml.safe_load(only["CMD"][0])))
    assert "/healthz" in only["HEALTHCHECK"][0]
    known = "FROM LABEL RUN COPY ENV USER VOLUME EXPOSE HEALTHCHECK ENTRYPOINT CMD WORKDIR"
    assert {word for word, _ in said} <= set(known.split())


def test_the_image_is_made_of_named_versions_and_checked_packages() -> None:
    said = instructions()
    for image in [rest.split()[0] for word, rest in said if word == "FROM"]:
        assert re.search(r":[0-9][^:]*$", image), f"{image} has no version"
    installed = " ".join(rest for word, rest in said if word == "RUN")
    assert "--require-hashes -r base.txt" in installed
    for name in (".containerignore", ".dockerignore"):
        ignored = (DEPLOY.parent / name).read_text("utf-8").splitlines()
        assert ignored[1:] == ["*", "!dist/*.whl", "!requirements/base.txt"]


SERVICE_KEYS = """
image restart stop_grace_period ports volumes environment user read_only tmpfs cap_drop
security_opt healthcheck depends_on command
"""


@pytest.mark.parametrize("file", COMPOSED, ids=lambda file: file.name)
def test_a_composed_service_writes_to_its_volume_alone(file: Path) -> None:
    whole = yaml.safe_load(file.read_text("utf-8"))
    ours = {name: of for name, of in whole["services"].items() if of["image"] == "aboveboard"}
    assert "aboveboard" in ours
    for name, of in whole["services"].items():
        assert set(of) <= set(SERVICE_KEYS.split()), name
        assert of["read_only"] is True, name
        assert "no-new-privileges:true" in of["security_opt"], name
        assert of["healthcheck"], name
        volumes = {volume.partition(":")[0] for volume in of["volumes"]}
        assert volumes <= set(whole["volumes"]), name
    for name, of in ours.items():
        assert of["user"] == "10001:10001", name
        assert of["cap_drop"] == ["ALL"], name
        if "command" in of:
            understood(shlex.join(of["command"]))
    # Only to the machine itself: what comes from outside comes by TLS, through the proxy.
    published = [port for of in whole["services"].values() for port in of.get("ports", [])]
    assert published == ["127.0.0.1:8000:8000"]


@pytest.mark.parametrize("file", COMPOSED, ids=lambda file: file.name)
def test_a_composed_service_sets_what_there_is_to_set(file: Path, tmp_path: Path) -> None:
    whole = yaml.safe_load(file.read_text("utf-8"))
    environment = whole["services"]["aboveboard"]["environment"]
    given = {
        "ABOVEBOARD_ORIGIN": "https://data.example.org",
        "DATABASE_PASSWORD": "afterwards",
    }
    filled = {
        name: re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: given[found[1]], value)
        for name, value in environment.items()
    }
    (tmp_path / "aboveboard.toml").write_text("")
    read = settings.load(tmp_path, filled)
    assert read.server.origin == given["ABOVEBOARD_ORIGIN"]
    known = {
        f"ABOVEBOARD_{section}_{name}".upper()
        for section, kind in settings.SECTIONS.items()
        for name in kind.__dataclass_fields__
    }
    assert set(environment) <= known
    # The proxy on the machine is seen at the address of the network that is made.
    made = whole["networks"]["default"]["ipam"]["config"][0]
    assert environment["ABOVEBOARD_SERVER_PROXIES"] == made["gateway"]
