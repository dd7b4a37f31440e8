"""The instance that the tests run on: a fresh folder, and SQLite or a real PostgreSQL.

``pytest`` runs on SQLite; with ``TEST_DATABASE=postgres`` on a server that is started here from the
binaries on the machine, or on ``TEST_POSTGRES_URL``: then only the tests are run that could say
something else there (``tests/lanes.py``). Tests run beside each other (``-n``) share the
server and have a database each. ``--quick`` runs what needs neither a database nor a browser nor
another process: pure rules, formats, the house's rules.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import django
import hypothesis
import pytest

from scripts import postgres
from tests import emptying, lanes, one_engine, sample_promise, schema_once

pytest_plugins = ["tests.browser"]

SHARED = Path(__file__).parents[2] / "shared"
SERVER: postgres.Server | None = None


FOLDER = "aboveboard-tests-"
"""How the folder of a run begins; the number of its process follows."""


def _remove_folders_of_the_dead() -> None:
    """Remove what runs that were killed left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*-*"):
        number = folder.name.removeprefix(FOLDER).partition("-")[0]
        if number.isdigit() and not Path(f"/proc/{number}").exists() and Path("/proc").is_dir():
            shutil.rmtree(folder, ignore_errors=True)


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def _make_instance() -> Path:
    _remove_folders_of_the_dead()
    root = Path(tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-"))
    # Not when pytest ends: other programs start on it too (``python -m tests.fuzz``). And by its
    # own process alone: a fork of it that ends first must not take it away.
    atexit.register(_remove, root, os.getpid())
    home = root / "instance"
    home.mkdir()
    (home / "signing.key").write_bytes(secrets.token_bytes(32))
    (home / "root.key").write_text(secrets.token_hex(32))
    (home / "root.key").chmod(0o600)
    (home / "aboveboard.toml").write_text('[organisation]\nname = "Adventure Works"\n')
    (home / "aboveboard.sqlite3").write_text(
        "Commands look whether it is there; the tests have a database of their own."
    )
    return home


HOME = _make_instance()
os.environ["ABOVEBOARD_HOME"] = str(HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "aboveboard.site.settings"
ON_POSTGRES = os.environ.get("TEST_DATABASE") == "postgres"
if ON_POSTGRES:
    if "TEST_POSTGRES_URL" not in os.environ:
        SERVER = postgres.start()
        # Inherited by xdist's workers, which start after this.
        os.environ["TEST_POSTGRES_URL"] = SERVER.url
    os.environ["ABOVEBOARD_DATABASE_URL"] = os.environ["TEST_POSTGRES_URL"]
django.setup()


def _log_goes_on() -> None:
    """Let the program's log go where it always goes."""
    # The stream of the moment, when Django starts, is pytest's, and closed afterwards: each line of
    # the log would be an error with a traceback of its own.
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:  # pytest's own are others
            handler.stream = sys.__stderr__  # setStream would flush what is closed


_log_goes_on()
# The machine may be busy: how long one example takes says nothing about whether it is right.
# In CI the same examples each time: what it says is about the change. At the desk they are others
# each time, and ``make fuzz`` and ``make soak`` go on for as long as one likes. Half as many as
# Hypothesis has by default: what fifty do not find, a hundred seldom do, and each run would pay.
hypothesis.settings.register_profile(
    "house", deadline=None, max_examples=50, derandomize="CI" in os.environ
)
hypothesis.settings.register_profile("quick", deadline=None, max_examples=20)
hypothesis.settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of ``make quick``."""
    parser.addoption(
        "--quick",
        action="store_true",
        help="only what needs no database, no browser and no other process",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let tests bring templates of their own, and let each of xdist's processes make
    an instance of its own."""
    from django.conf import settings

    # Nothing of what is imported and collected goes: to look at it again and again takes seconds.
    gc.disable()
    if config.getoption("--quick"):
        hypothesis.settings.load_profile("quick")
    if getattr(config.option, "numprocesses", None) and "PYTEST_XDIST_WORKER" not in os.environ:
        # pytest-django would start Django on this process's instance before a
        # worker gets to make its own.
        del os.environ["DJANGO_SETTINGS_MODULE"]

    settings.TEMPLATES[0]["DIRS"] = [Path(__file__).parent / "site" / "templates"]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look for garbage among what the tests make alone, and not at every few hundred objects."""
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server."""
    if SERVER is not None:
        SERVER.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Keep SQLite in a file, as a real instance does, and let go of the disk: the tests are
    not about power cuts."""
    from django.db import connections

    connection = connections["default"]
    if connection.vendor == "sqlite":
        options: dict[str, Any] = connection.settings_dict["OPTIONS"]
        options["init_command"] = options["init_command"].replace(
            "synchronous=FULL", "synchronous=OFF"
        )
        suffix = os.environ.get("PYTEST_XDIST_WORKER", "")
        connection.settings_dict["TEST"]["NAME"] = str(HOME / f"test{suffix}.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _sample_promise_is_read_once() -> None:
    """Promises are read once for a process."""
    sample_promise.use()


@pytest.fixture(scope="session", autouse=True)
def _page_assets_are_listed_once() -> None:
    """Each client of Django's would look through the folders of page assets anew: they stay as
    they are while tests run."""
    from whitenoise.middleware import WhiteNoiseMiddleware as Assets

    find, listed = Assets.add_files_from_finders, dict[str, Any]()

    def list_once(assets: Assets) -> None:
        if not listed:
            find(assets)
            listed.update(assets.files)
        assets.files.update(listed)

    Assets.add_files_from_finders = list_once


@pytest.fixture(scope="session", autouse=True)
def cost_of_a_password() -> dict[str, int]:
    """To hash a password takes a tenth of a second by design, and tests sign in hundreds of times:
    here it is the same function with little memory and one round. Return what an instance uses,
    which ``tests/accounts/test_staff_sign_in.py`` holds to."""
    from django.contrib.auth.hashers import Argon2PasswordHasher as Hasher

    little = {"time_cost": 1, "memory_cost": 64, "parallelism": 1}
    before = {name: getattr(Hasher, name) for name in little}
    for name, value in little.items():
        setattr(Hasher, name, value)
    return before


@pytest.fixture(scope="session", autouse=True)
def _engines_begin_quickly() -> None:
    """DuckDB starts once for a process, and each computation has a database of its own in it."""
    one_engine.use()


@pytest.fixture(scope="session", autouse=True)
def _databases_begin_quickly() -> None:
    """The tables of a database are worked out once."""
    schema_once.use()


@pytest.fixture(scope="session", autouse=True)
def _committed_rows_go_quickly() -> None:
    """Tests that commit leave an empty database to the next one, without Django's flush."""
    emptying.use()


@pytest.fixture(autouse=True)
def _fresh_memory() -> Generator[None]:
    """Forget what a process remembers and an instance folder holds of one database: the
    next test has another."""
    yield
    from aboveboard.basics.package import forget_database

    _log_goes_on()  # a command that ran in this process has started Django anew
    forget_database()
    for folder in HOME.iterdir():  # the published log, exposure sets, caught mail
        if folder.is_dir():
            shutil.rmtree(folder)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Pass over files that have nothing for this run, unless one is asked for by its name."""
    if any(Path(name.partition("::")[0]).resolve() == collection_path for name in config.args):
        return None
    passed_over = lanes.passed_over(
        collection_path,
        on_postgres=ON_POSTGRES,
        quick=config.getoption("--quick"),
        released="not release" not in config.getoption("markexpr"),
    )
    return passed_over or None


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs ``../shared`` where that is not there; on PostgreSQL, what says nothing
    more there; with ``--quick``, what takes long."""
    lanes.mark_what_waits_for_a_release(items, on_postgres=ON_POSTGRES)
    if ON_POSTGRES:
        lanes.keep(config, items, lanes.differs_by_database)
    if config.getoption("--quick"):
        lanes.keep(
            config,
            items,
            lambda item: not (lanes.touches_database(item) or lanes.takes_long(item)),
        )
    lanes.long_files_first(items)
    if (SHARED / "data").is_dir():
        return
    needing = [item for item in items if item.get_closest_marker("shared")]
    if needing and os.environ.get("REQUIRE_SHARED"):
        raise pytest.UsageError(
            f"REQUIRE_SHARED is set, and {len(needing)} tests need ../shared/data, which is not "
            "there"
        )
    for item in needing:
        item.add_marker(
            pytest.mark.skip(reason="left out: needs ../shared/data, which is not here")
        )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Hand out tests by :class:`tests.lanes.Files`."""
    return lanes.Files(config, log)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the project; only for tests marked ``shared``."""
    return SHARED


@pytest.fixture(scope="session")
def on_postgres() -> bool:
    """Whether this run is on PostgreSQL."""
    return ON_POSTGRES
