"""Declarations of Fides (its "SaaS configs") read into ours, as far as they go. Pure.

Nothing is guessed in silence: what has no place here is named with its line, and code
(``request_override``) is refused. What comes out is a draft: an organisation adds how a record is
known to be the person's (``same``), where Fides trusts the search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import yaml

from aboveboard.basics.canonical import Json
from aboveboard.connectors.reading import plain
from aboveboard.promise.loading import lines
from aboveboard.promise.loading.problems import ProblemReport

_SECRET = re.compile(r"key|token|secret|password|credential", re.IGNORECASE)
_NAME = re.compile(r"[^a-z0-9]+")
_NOT_CARRIED: Final = {
    "request_override": "is code, and refused: write the call as data, or do it by hand",
    "async_config": "has no counterpart: declare `erase.wait`",
    "consent_requests": "are not carried over: declare `restrict`",
    "data_protection_request": "is not carried over: declare it as `erase`",
    "external_references": "are not carried over: further systems are asked by what `learns` names",
    "grouped_inputs": "are not carried over: a part knows the keys of what it hangs on",
    "output": "is a template, and refused",
    "skip_missing_param_values": "is not carried over",
}


@dataclass(frozen=True, slots=True)
class NotCarried:
    """Something of a file that has no place in ours. ``line``: from 1, of what it stands below."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class FidesDraft:
    """A draft in our form, as data, and what did not come with it."""

    api: Mapping[str, Json]
    not_carried: tuple[NotCarried, ...]


def convert(source: str, *, name: str) -> FidesDraft | None:
    """Return a draft of a Fides SaaS config (YAML), or None where the text is none."""
    root = lines.read(source, ProblemReport(name))
    config = root.entries.get("saas_config") if root else None
    return _Conversion(config).draft() if isinstance(config, lines.Table) else None


class _Conversion:
    """One file on its way."""

    def __init__(self, config: lines.Table) -> None:
        self._table = config
        data: Any = plain(config)
        self._data: dict[str, Any] = data
        self._notes = list(_unknown(config))
        self._params = [each for each in data.get("connector_params") or [] if "name" in each]
        self._secrets = {
            _named(each["name"])
            for each in self._params
            if each.get("sensitive") or _is_secret(each)
        }

    def draft(self) -> FidesDraft:
        """Return what the file becomes."""
        client = self._data.get("client_config") or {}
        test = self._data.get("test_request") or {}
        api: dict[str, Json] = {
            "name": str(self._data.get("name", "")),
            "settings": {
                _named(each["name"]): {
                    "about": str(each.get("description") or each.get("label") or each["name"]),
                    "default": str(each.get("default_value") or ""),
                }
                for each in self._params
                if _named(each["name"]) not in self._secrets
            },
            "secrets": {name: name.replace("_", " ") for name in sorted(self._secrets)},
            "base": f"{client.get('protocol', 'https')}://{_words(str(client.get('host', '')))}",
            "auth": self._auth(client.get("authentication") or {}),
            "test": {"method": test.get("method", "GET"), "path": str(test.get("path", "/"))},
            "collections": self._collections(),
        }
        return FidesDraft(api, tuple(sorted(self._notes, key=lambda note: note.line)))

    def _auth(self, strategy: Mapping[str, Any]) -> dict[str, Json]:
        settings = strategy.get("configuration") or {}
        match strategy.get("strategy"):
            case "basic":
                user, password = (settings.get(key) or "" for key in ("username", "password"))
                return {"kind": "basic", "user": _words(user), "password": _words(password)}
            case "bearer":
                return {"kind": "bearer", "token": _words(settings.get("token", ""))}
            case "query_param":
                return {"kind": "query", "query": {settings["name"]: _words(settings["value"])}}
            case "api_key" if settings.get("headers"):
                return {"kind": "header", "headers": _pairs(settings["headers"])}
            case "api_key" if settings.get("query_params"):
                return {"kind": "query", "query": _pairs(settings["query_params"])}
            case None:
                return {"kind": "none"}
            case other:
                self._note("client_config", f"the authentication {other}: declare `auth`")
                return {"kind": "none"}

    def _collections(self) -> dict[str, Json]:
        collections: dict[str, Json] = {}
        for place, endpoint in enumerate(self._data.get("endpoints") or []):
            reads = (endpoint.get("requests") or {}).get("read") or []
            read = reads[0] if isinstance(reads, list) and reads else reads
            name = str(endpoint.get("name", f"endpoint_{place}"))
            identities = {
                each["name"]: each["identity"]
                for each in (read.get("param_values") or [] if isinstance(read, dict) else [])
                if each.get("identity")
            }
            if not identities or not read.get("path"):
                self._note("endpoints", f"{name}: not found by an identity: declare it as a part")
                continue
            requests = endpoint["requests"]
            collections[_named(name)] = self._collection(name, requests, read, identities)
        return collections

    def _collection(
        self,
        name: str,
        requests: Mapping[str, Any],
        read: Mapping[str, Any],
        ids: Mapping[str, str],
    ) -> dict[str, Json]:
        kind = _named(next(iter(ids.values())))
        names = dict.fromkeys(ids, kind)
        find = self._call(name, read, names) | {"items": read.get("data_path") or "."}
        for each in read.get("postprocessors") or []:
            settings = each.get("configuration") or {}
            if each.get("strategy") == "unwrap":
                find["items"] = settings.get("data_path", ".")
            elif each.get("strategy") == "filter" and isinstance(settings.get("value"), dict):
                find["same"] = {kind: settings["field"]}
            else:
                self._note("endpoints", f"{name}: the postprocessor {each.get('strategy')}")
        if "same" not in find:
            self._note("endpoints", f"{name}: say how an item is known to be the person's (`same`)")
        if pages := self._pages(name, read.get("pagination") or {}):
            find["pages"] = pages
        collection: dict[str, Json] = {"find": {kind: find}, "key": {"id": "id"}}
        self._note("endpoints", f"{name}: check `key`, and add `read`, which reads one record")
        if "update" in requests:
            self._note("endpoints", f"{name}: masking by update: declare `correct`, or `erase`")
        delete = requests.get("delete")
        if isinstance(delete, dict) and delete.get("path"):
            own = {each["name"]: "id" for each in delete.get("param_values") or []}
            call = self._call(name, delete, own)
            collection["erase"] = {"calls": [call]}
        return collection

    def _call(self, name: str, call: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        known = dict(names)
        known |= {
            each["name"]: _named(each["connector_param"])
            for each in call.get("param_values") or []
            if each.get("connector_param")
        }
        made: dict[str, Any] = {
            "method": call.get("method", "GET"),
            "path": _words(str(call["path"]), known),
        }
        for key in ("query_params", "headers"):
            if pairs := _pairs(call.get(key) or [], known):
                made["query" if key == "query_params" else key] = pairs
        if body := call.get("body"):
            try:
                made["json"] = msgspec.json.decode(_words(str(body), known))
            except msgspec.DecodeError:
                self._note("endpoints", f"{name}: a body that is no JSON by itself")
        return made

    def _pages(self, name: str, pagination: Mapping[str, Any]) -> dict[str, Json]:
        settings = pagination.get("configuration") or {}
        match pagination.get("strategy"):
            case "cursor":
                pages = {"kind": "cursor", "into": settings["cursor_param"]}
                return pages | {"of_last": settings["field"]}
            case "link" if settings.get("source") == "headers":
                return {"kind": "link"}
            case "link":
                return {"kind": "link", "at": settings.get("path", "")}
            case "offset":
                step = settings.get("increment_by", 1)
                start = 0 if step != 1 else 1
                return {
                    "kind": "number",
                    "into": settings["incremental_param"],
                    "start": start,
                    "step": step,
                }
            case None:
                return {}
            case other:
                self._note("endpoints", f"{name}: the pagination {other}")
                return {}

    def _note(self, key: str, what: str) -> None:
        mark = self._table.marks.get(key)
        self._notes.append(NotCarried(mark.line if mark else self._table.line, what))


def as_yaml(draft: FidesDraft) -> str:
    """Return a draft as a file to be completed, what did not come with it in front as comments."""
    notes = "".join(f"# Not carried over, {note}\n" for note in draft.not_carried)
    return notes + yaml.safe_dump(dict(draft.api), sort_keys=False, allow_unicode=True, width=100)


def _unknown(item: lines.Item) -> Iterator[NotCarried]:
    """Yield what is nowhere carried over, with its own line."""
    if isinstance(item, lines.Table):
        for key, below in item.entries.items():
            if key in _NOT_CARRIED:
                yield NotCarried(item.marks[key].line, f"`{key}` {_NOT_CARRIED[key]}")
            yield from _unknown(below)
    elif isinstance(item, lines.Series):
        for each in item.items:
            yield from _unknown(each)


def _is_secret(param: Mapping[str, Any]) -> bool:
    return bool(_SECRET.search(str(param["name"])))


def _named(text: str) -> str:
    return _NAME.sub("_", text.lower()).strip("_") or "unnamed"


def _words(text: str, names: Mapping[str, str] | None = None) -> str:
    """Return words with their placeholders as ours are named."""
    known = names or {}
    return re.sub(
        r"<([A-Za-z0-9_]+)>", lambda match: f"<{known.get(match[1], _named(match[1]))}>", str(text)
    )


def _pairs(rows: list[Mapping[str, Any]], names: Mapping[str, str] | None = None) -> dict[str, str]:
    return {str(row["name"]): _words(str(row["value"]), names) for row in rows}
