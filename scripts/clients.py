"""Write what is generated of ``clients/`` from the API's own description: the shapes, and a method
for each operation. What sends them is written by hand beside it. A test fails while they lag.

``python -m scripts.clients``
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
CLIENTS: Final = ROOT / "clients"
_GENERATED: Final = "Generated from the description of the API by scripts/clients.py. Do not edit."
Schema = Mapping[str, Any]


def python_shapes(described: Mapping[str, Any]) -> str:
    """Return the module of the Python client that has the shapes."""
    lines = [
        f'"""What the API of Aboveboard {described["info"]["version"]} takes and gives.',
        "",
        _GENERATED,
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Literal, NotRequired, TypedDict",
    ]
    for name, schema in sorted(_schemas(described).items()):
        lines += ["", "", f"class {name}(TypedDict):", *_docstring(schema["description"], 4), ""]
        for member, form in schema["properties"].items():
            kind = _python(form)
            needed = member in schema.get("required", ())
            lines.append(f"    {member}: {kind if needed else f'NotRequired[{kind}]'}")
    return _formatted("\n".join(lines) + "\n")


def python_client(described: Mapping[str, Any]) -> str:
    """Return the module of the Python client that has the operations."""
    operations = list(_operations(described))
    names = {_body(each) for _, _, each in operations} | {
        _answer(each) for _, _, each in operations
    }
    lines = [
        f'"""The operations of the API of Aboveboard {described["info"]["version"]}.',
        "",
        _GENERATED,
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from collections.abc import Iterable, Iterator, Mapping",
        "from typing import Any",
        "",
        f"from aboveboard_client.shapes import {', '.join(sorted(names - {''}))}",
        "from aboveboard_client.transport import Transport",
        "",
        "",
        "class Aboveboard(Transport):",
        '    """Every operation of the API."""',
    ]
    for path, method, operation in operations:
        lines += ["", *_python_method(path, method, operation)]
    return _formatted("\n".join(lines) + "\n")


def _formatted(source: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "clients/api.py", "-"]
    done = subprocess.run(
        command, input=source, capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout


def typescript_client(described: Mapping[str, Any]) -> str:
    """Return the module of the TypeScript client."""
    schemas = _schemas(described)
    lines = [
        f"// The API of Aboveboard {described['info']['version']}: its shapes and operations.",
        f"// {_GENERATED}",
        "",
        'import { Transport } from "./transport.ts";',
        "",
        'export * from "./transport.ts";',
    ]
    for name, schema in sorted(schemas.items()):
        lines += ["", *_comment(schema["description"], 0), f"export interface {name} {{"]
        for member, form in schema["properties"].items():
            mark = "" if member in schema.get("required", ()) else "?"
            lines.append(f"  {member}{mark}: {_typescript(form)};")
        lines.append("}")
    lines += [
        "",
        "/** Every operation of the API. */",
        "export class Aboveboard extends Transport {",
    ]
    for place, (path, method, operation) in enumerate(_operations(described)):
        lines += [*([""] if place else []), *_typescript_method(path, method, operation)]
    return "\n".join([*lines, "}"]) + "\n"


def files(described: Mapping[str, Any]) -> dict[Path, str]:
    """Return every generated file and what is to stand in it."""
    return {
        CLIENTS / "python" / "aboveboard_client" / "shapes.py": python_shapes(described),
        CLIENTS / "python" / "aboveboard_client" / "api.py": python_client(described),
        CLIENTS / "typescript" / "src" / "api.ts": typescript_client(described),
    }


_OTHERS: Final = "Data Rights Protocol"
"""The tag of what authorised agents speak: a protocol of others, with clients of their own."""


def _schemas(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return the shapes without those that only operations of another protocol give."""
    theirs = {
        _answer(operation)
        for methods in described["paths"].values()
        for operation in methods.values()
        if _OTHERS in operation.get("tags", ())
    }
    shapes = described["components"]["schemas"]
    return {name: shape for name, shape in shapes.items() if name not in theirs}


def _operations(described: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if _OTHERS not in operation.get("tags", ()):
                yield path, method, operation


def _python_method(path: str, method: str, operation: Mapping[str, Any]) -> list[str]:
    numbers, query = _parameters(operation, "path"), _parameters(operation, "query")
    body, answer = _body(operation), _answer(operation)
    words = ["self", *(f"{name}: int" for name in numbers)]
    address = f'f"{path}"' if numbers else f'"{path}"'
    if _streams(operation):
        words += ["lines: Iterable[Mapping[str, Any]]", "*", "idempotency_key: str | None = None"]
        call = [f"return self.stream({address}, lines, idempotency_key=idempotency_key)"]
        gives = "Iterator[dict[str, Any]]"
    else:
        given = [f'"{method.upper()}"', address]
        if body:
            words += [f"body: {body}", "*", "idempotency_key: str | None = None"]
            given += ["body", "idempotency_key=idempotency_key"]
        if query:
            words += ["*", *(f"{name}: int | None = None" for name in query)]
            given.append("query={" + ", ".join(f'"{name}": {name}' for name in query) + "}")
        call = [f"answer: {answer} = self.send({', '.join(given)})", "return answer"]
        gives = answer
    text = f"{operation['summary']}. {operation['description']}".replace("\\", "")
    return [
        f"    def {operation['operationId']}(",
        *(f"        {word}," for word in words),
        f"    ) -> {gives}:",
        *_docstring(text, 8),
        *(f"        {line}" for line in call),
    ]


def _typescript_method(path: str, method: str, operation: Mapping[str, Any]) -> list[str]:
    numbers, query = _parameters(operation, "path"), _parameters(operation, "query")
    body, answer = _body(operation), _answer(operation)
    name = re.sub(r"_(\w)", lambda found: found[1].upper(), operation["operationId"])
    words = [f"{_camel(number)}: number" for number in numbers]
    address = re.sub(r"{(\w+)}", lambda found: f"${{{_camel(found[1])}}}", path)
    place = f"`{address}`" if numbers else f'"{address}"'
    if _streams(operation):
        words += ["lines: unknown[]", "idempotencyKey?: string"]
        gives, call = "Record<string, any>[]", f"this.stream({place}, lines, {{ idempotencyKey }})"
    else:
        options = []
        if body:
            words += [f"body: {body}", "idempotencyKey?: string"]
            options += ["body", "idempotencyKey"]
        if query:
            words += [f"{_camel(each)}?: number" for each in query]
            options.append("query: { " + ", ".join(query) + " }")
        more = f", {{ {', '.join(options)} }}" if options else ""
        gives, call = answer, f'this.send("{method.upper()}", {place}{more})'
    text = f"{operation['summary']}. {operation['description']}"
    return [
        *_comment(text, 2),
        f"  {name}({', '.join(words)}): Promise<{gives}> {{",
        f"    return {call};",
        "  }",
    ]


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def _parameters(operation: Mapping[str, Any], where: str) -> list[str]:
    return [each["name"] for each in operation["parameters"] if each["in"] == where]


def _streams(operation: Mapping[str, Any]) -> bool:
    body = operation.get("requestBody")
    return body is not None and "application/x-ndjson" in body["content"]


def _body(operation: Mapping[str, Any]) -> str:
    body = operation.get("requestBody")
    if body is None or _streams(operation):
        return ""
    return _name(body["content"]["application/json"]["schema"])


def _answer(operation: Mapping[str, Any]) -> str:
    for status, answer in operation["responses"].items():
        if status.startswith("2") and "application/json" in answer["content"]:
            return _name(answer["content"]["application/json"]["schema"])
    return ""


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


_PYTHON = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def _python(form: Schema) -> str:
    if "$ref" in form:
        return _name(form)
    if "anyOf" in form:
        return " | ".join(dict.fromkeys(_python(each) for each in form["anyOf"]))
    if "enum" in form:
        return f"Literal[{', '.join(repr(word) for word in form['enum'])}]".replace("'", '"')
    kinds = form["type"] if isinstance(form["type"], list) else [form["type"]]
    return " | ".join(_python_kind(kind, form) for kind in kinds)


def _python_kind(kind: str, form: Schema) -> str:
    if kind == "array":
        return f"list[{_python(form['items'])}]"
    if kind == "object":
        return f"dict[str, {_python(form['additionalProperties'])}]"
    return {
        "string": "str",
        "integer": "int",
        "number": "float",
        "boolean": "bool",
        "null": "None",
    }[kind]


_TYPESCRIPT = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def _typescript(form: Schema) -> str:
    if "$ref" in form:
        return _name(form)
    if "anyOf" in form:
        return " | ".join(dict.fromkeys(_typescript(each) for each in form["anyOf"]))
    if "enum" in form:
        return " | ".join(f'"{word}"' for word in form["enum"])
    kinds = form["type"] if isinstance(form["type"], list) else [form["type"]]
    return " | ".join(_typescript_kind(kind, form) for kind in kinds)


def _typescript_kind(kind: str, form: Schema) -> str:
    if kind == "array":
        inner = _typescript(form["items"])
        return f"({inner})[]" if " | " in inner else f"{inner}[]"
    if kind == "object":
        return f"Record<string, {_typescript(form['additionalProperties'])}>"
    return {
        "string": "string",
        "integer": "number",
        "number": "number",
        "boolean": "boolean",
        "null": "null",
    }[kind]


def _docstring(text: str, indent: int) -> list[str]:
    before = " " * indent
    lines = textwrap.wrap(" ".join(text.split()), 96 - indent)
    if len(lines) == 1:
        return [f'{before}"""{lines[0]}"""']
    return [f'{before}"""{lines[0]}', *(before + line for line in lines[1:]), f'{before}"""']


def _comment(text: str, indent: int) -> list[str]:
    before = " " * indent
    lines = textwrap.wrap(" ".join(text.split()), 92 - indent)
    return [f"{before}/**", *(f"{before} * {line}" for line in lines), f"{before} */"]


def main() -> None:
    """Write the files."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "aboveboard.toml").write_text("")
        (Path(home) / "signing.key").write_text(secrets.token_hex(32))
        os.environ["ABOVEBOARD_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "aboveboard.site.settings"
        import django

        django.setup()
        from aboveboard.api.description import describe
        from aboveboard.api.routes import ENDPOINTS

        for path, text in files(describe(ENDPOINTS)).items():
            path.write_text(text, "utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
