"""A server that speaks as the APIs of the catalogue do: who may call, pages, errors, what is there.

Each API is a file in ``shapes``, written from its public reference and not from our declaration:
what it holds (``store``) and its calls (``routes``). The host name says which API is spoken to. A
test may have the next answers spoiled (``faults``).
"""

from __future__ import annotations

import base64
import copy
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from aboveboard.basics import shipped

SHAPES = Path(__file__).with_name("shapes")


@dataclass
class Fault:
    """An answer that comes instead of the right one."""

    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"error": "spoiled"}'
    cut: int = 0
    """Bytes that are promised and do not come."""
    pause: float = 0.0


class SpokenApi:
    """One API: what it holds now, and who asked what."""

    def __init__(self, name: str) -> None:
        self.name, self.shape = name, shipped.load(SHAPES / f"{name}.yaml")
        self.routes = [(_pattern(route["call"]), route) for route in self.shape["routes"]]
        self.faults: list[Fault] = []
        self.asked: list[str] = []
        self.reset()

    def reset(self) -> None:
        """Hold again what the file says."""
        self.store = {name: list(_items(rows)) for name, rows in self.shape["store"].items()}
        self.faults, self.asked = [], []

    def part_of(self, word: str) -> list[str]:
        """Return what is held in which a word stands."""
        rows = (json.dumps(row, sort_keys=True) for each in self.store.values() for row in each)
        return sorted(row for row in rows if word in row.lower())


def _items(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in copy.deepcopy(rows):
        times = row.pop("repeat", 1)
        for number in range(times):
            yield json.loads(json.dumps(row).replace("#", str(number))) if times > 1 else row


def _pattern(call: str) -> re.Pattern[str]:
    method, path = call.split(" ", 1)
    escaped = re.escape(path).replace(r"\{", "{").replace(r"\}", "}")
    return re.compile(method + " " + re.sub(r"{(\w+)}", r"(?P<\1>[^/?]+?)", escaped))


class ApiServer:
    """The server. ``port`` is where it listens, on 127.0.0.1."""

    def __init__(self, names: list[str]) -> None:
        self.apis = {name: SpokenApi(name) for name in names}
        self.verify: Callable[[dict[str, str]], bool] = lambda _: False
        """Whether a signed token of a service account is good; the fixture sets it."""
        apis = self.apis
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Header and body in one packet: apart, the second waits for an acknowledgement.
            wbufsize = 1 << 16

            def _answer(self) -> None:
                api = apis[self.headers["Host"].partition(".")[0]]
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = Asked(api, self, body, outer)
                api.asked.append(f"{self.command} {self.path}")
                if api.faults:
                    fault = api.faults.pop(0)
                    time.sleep(fault.pause)
                    self._send(fault.status, fault.headers, fault.body, cut=fault.cut)
                    return
                status, answer, headers = asked.answered()
                self._send(status, headers, b"" if answer is None else json.dumps(answer).encode())

            def _send(
                self, status: int, headers: dict[str, str], body: bytes, *, cut: int = 0
            ) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body) + cut))
                self.end_headers()
                self.wfile.write(body)
                if cut:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()


class Asked:
    """One call, answered as the API's file says."""

    def __init__(
        self, api: SpokenApi, handler: BaseHTTPRequestHandler, body: bytes, server: ApiServer
    ) -> None:
        parts = urlsplit(handler.path)
        self.api, self.server = api, server
        self.method, self.path = handler.command, parts.path
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.kind = self.headers.get("content-type", "").partition(";")[0]
        self.body = self._read(body)
        self.names: dict[str, str] = {}

    def _read(self, body: bytes) -> Any:
        if self.kind.endswith("json"):
            return json.loads(body or b"null")
        return _nested(parse_qsl(body.decode(), keep_blank_values=True))

    def answered(self) -> tuple[int, Any, dict[str, str]]:
        for pattern, route in self.api.routes:
            found = pattern.fullmatch(f"{self.method} {self.path}")
            if found is None or not self._has(route.get("having", {})):
                continue
            self.names = {name: unquote(text) for name, text in found.groupdict().items()}
            if route["do"] != "token" and not self._is_known(route):
                return 401, {"error": "unauthorized"}, {}
            if route.get("takes", self.kind) != self.kind:
                return 415, {"error": "content type"}, {}
            return getattr(self, f"_{route['do']}")(route)  # type: ignore[no-any-return]
        return 404, {"error": "no such route"}, {}

    def _has(self, wanted: dict[str, str]) -> bool:
        return all(str(text) in str(self._at(place) or "") for place, text in wanted.items())

    def _is_known(self, route: dict[str, Any]) -> bool:
        auth = route.get("auth") or self.api.shape["auth"]
        needed = self.api.shape.get("needs", {})
        if any(self.headers.get(name.lower()) != value for name, value in needed.items()):
            return False
        if "basic" in auth:
            given = base64.b64encode(auth["basic"].encode()).decode()
            return self.headers.get("authorization") == f"Basic {given}"
        if "query" in auth:
            return all(self.query.get(name) == value for name, value in auth["query"].items())
        return all(self.headers.get(n.lower()) == value for n, value in auth["header"].items())

    def _at(self, place: str) -> Any:
        where, _, rest = place.partition(".")
        if where == "path":
            return self.names.get(rest)
        if where == "query":
            return self.query.get(rest)
        return deep(self.body, rest)

    def _rows(self, route: dict[str, Any]) -> list[dict[str, Any]]:
        rows = self.api.store[route["from"]]
        for rule in route.get("where", []):
            text = self._at(rule["is"])
            if "like" in rule:
                found = re.search(rule["like"], str(text or ""))
                text = _unquoted(found[1], rule.get("quoted")) if found else None
            if isinstance(text, list):
                text = text[0] if text else None
            wanted = str(text).lower() if text is not None else None
            if "any" in rule:
                rows = [row for row in rows if wanted and wanted in json.dumps(row).lower()]
            else:
                rows = [
                    row
                    for row in rows
                    if wanted is not None and str(deep(row, rule["field"])).lower() == wanted
                ]
        return rows

    def _list(self, route: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        rows = self._rows(route)
        if not rows and "none" in route:
            return route.get("none_status", 200), route["none"], {}
        page = route.get("page")
        start, size = 0, len(rows)
        if page:
            size = page.get("size", 2)
            start = self._start(page, rows)
        shown, end = rows[start : start + size], start + size
        more = end < len(rows)
        link = f"http://{self.headers['host']}{self.path}?" + urlencode(
            {**self.query, "at": str(end)}
        )
        values = {
            "@items": shown,
            "@first": shown[0] if shown else None,
            "@more": more,
            "@total": len(rows),
            "@next": (f"p{end}" if page and page["by"] == "token" else str(end)) if more else None,
            "@number": end if more else None,
            "@link": link if more else None,
            "@relative": link.partition(self.headers["host"])[2] if more else None,
        }
        header = (
            {"Link": f'<{link}>; rel="next"'} if more and (page or {}).get("by") == "header" else {}
        )
        return 200, filled(route.get("answer", "@items"), values), header

    def _start(self, page: dict[str, Any], rows: list[dict[str, Any]]) -> int:
        if page["by"] in ("link", "header"):
            return int(self.query.get("at", 0))
        given = self._at(page["in"])
        if page["by"] == "last":
            places = [n for n, row in enumerate(rows) if row[page.get("key", "id")] == given]
            return places[0] + 1 if places else 0
        if page["by"] == "page":
            return (int(given or 1) - 1) * int(page.get("size", 2))
        return int(str(given or 0).removeprefix("p"))

    def _show(self, route: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        rows = self._rows(route)
        if not rows:
            return route.get("missing", 404), route.get("none", {"error": "not found"}), {}
        return 200, filled(route.get("answer", "@first"), {"@first": rows[0], "@items": rows}), {}

    def _set(self, route: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        rows = self._rows(route)
        if not rows:
            return 404, {"error": "not found"}, {}
        merge(rows[0], deep(self.body, route.get("of", "")) or {}, route.get("into", ""))
        return 200, filled(route.get("answer", "@first"), {"@first": rows[0]}), {}

    def _delete(self, route: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        rows = self._rows(route)
        if not rows:
            return route.get("missing", 404), route.get("none", {"error": "not found"}), {}
        for row in rows:
            self.api.store[route["from"]].remove(row)
            if "moves" in route:
                self.api.store[route["moves"]].append(row)
            for name, (theirs, ours) in route.get("also", {}).items():
                self.api.store[name] = [
                    each
                    for each in self.api.store[name]
                    if str(deep(each, theirs)) != str(deep(row, ours))
                ]
        return route.get("status", 204), route.get("answer"), {}

    def _schedule(self, route: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        job = filled(route["job"], {"@value": self._at(route["is"])})
        self.api.store[route["from"]].append(job)
        return 200, job, {}

    def _say(self, route: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        return 200, route["answer"], {}

    def _token(self, route: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        if "assertion" in self.body:
            good = self.server.verify(self.body)
        else:
            good = all(self.body.get(name) == text for name, text in route["form"].items())
        if not good:
            return 400, {"error": "invalid_client"}, {}
        return 200, {"access_token": route["token"], "expires_in": 3600, "token_type": "Bearer"}, {}


def deep(value: Any, way: str) -> Any:
    """Return what stands at a way of names and numbers, or None."""
    for step in way.split(".") if way else []:
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def merge(row: dict[str, Any], values: dict[str, Any], into: str) -> None:
    """Set values of a row, objects within it merged."""
    target = deep(row, into) if into else row
    for name, value in values.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            merge(target[name], value, "")
        else:
            target[name] = value


def filled(answer: Any, values: dict[str, Any]) -> Any:
    """Return an answer with its words that begin with ``@`` filled in; ``@next?`` is left out."""
    if isinstance(answer, dict):
        return {
            name: filled(each, values)
            for name, each in answer.items()
            if not (isinstance(each, str) and each.endswith("?") and values.get(each[:-1]) is None)
        }
    if isinstance(answer, list):
        return [filled(each, values) for each in answer]
    if isinstance(answer, str) and answer.rstrip("?") in values:
        return values[answer.rstrip("?")]
    return answer


def _unquoted(text: str, kind: str | None) -> str:
    if kind == "odata":
        return text.replace("''", "'")
    return re.sub(r"\\(.)", r"\1", text) if kind else text


def _nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for name, value in pairs:
        *way, last = re.findall(r"[^\[\]]+", name)
        target = whole
        for step in way:
            target = target.setdefault(step, {})
        target[last] = value
    return whole
