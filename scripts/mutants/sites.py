"""The places of a file that can be spoiled, and how.

A site is a node of the syntax tree and one way to change it. The tree keeps the line numbers of the
file, so that a spoiled function can take the place of the true one in a process that has imported
it already.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import cast

ROOT = Path(__file__).resolve().parents[2]

_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_BOUNDARY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}

Spoil = Callable[[ast.AST], None]


@dataclass(frozen=True)
class Site:
    """One place that can be spoiled, and how: the number of its node in the walk of the file."""

    file: Path
    node: int
    line: int
    what: str
    spoil: Spoil
    function: int | None
    """The first line of the function it is in; ``None`` outside."""


def sites(file: Path) -> list[Site]:
    """Return every place of this file that can be spoiled, in the order of the file."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    silent, inside = _not_code(tree), _inside(tree)
    places: list[Site] = []
    for number, node in enumerate(ast.walk(tree)):
        if number not in silent:
            line, function = getattr(node, "lineno", 0), inside.get(id(node))
            places += [
                Site(file, number, line, what, spoil, function) for what, spoil in _ways(node)
            ]
    return sorted(places, key=lambda site: (site.line, site.node, site.what))


def _not_code(tree: ast.Module) -> set[int]:
    """Return the numbers of the nodes that say nothing at run time: annotations, names of types,
    docstrings."""
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    silent = {
        numbers[id(inner)]
        for statement in tree.body
        if _names_a_type(statement)
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        match node:
            case ast.AnnAssign():
                parts = [node.annotation]
            case ast.arg():
                parts = [node.annotation]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                parts = [node.returns, *node.decorator_list]
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                parts = [node]
            case ast.Expr(value=ast.Constant()):
                parts = [node]
            case ast.ClassDef():
                parts = [*node.bases, *node.decorator_list]
        for part in parts:
            if part is not None:
                silent |= {numbers[id(inner)] for inner in ast.walk(part)}
    return silent


def _names_a_type(statement: ast.stmt) -> bool:
    """Whether this is ``Settled = Mapping[int, str]`` or ``Row: TypeAlias = tuple[int, str]``."""
    match statement:
        case ast.Assign(value=ast.Subscript()) | ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
            return True
    return False


def _ways(node: ast.AST) -> Iterator[tuple[str, Spoil]]:
    match node:
        case ast.Compare(ops=[operator, *_]):
            if type(operator) in _OPPOSITE:
                yield "comparison turned round", _comparison(_OPPOSITE[type(operator)])
            if type(operator) in _BOUNDARY:
                yield "boundary moved", _comparison(_BOUNDARY[type(operator)])
        case ast.BoolOp():
            yield "and/or exchanged", _other_operator
            yield "first condition dropped", _condition(0)
            yield "last condition dropped", _condition(-1)
        case ast.Return(value=ast.expr()) if not _is_none(node.value):
            yield "nothing returned", _set(value=ast.Constant(None))
        case ast.Constant(value=int() as number) if not isinstance(number, bool):
            yield "one more", _set(value=number + 1)
        case ast.Constant(value=bool() as truth):
            yield "truth turned round", _set(value=not truth)
        case ast.If(orelse=[]):
            yield "condition always false", _set(test=ast.Constant(False))
            yield "condition always true", _set(test=ast.Constant(True))
        case ast.If() | ast.IfExp():
            yield "branches exchanged", _branches
        case ast.Expr(value=ast.Call()) | ast.Expr(value=ast.Await()):
            yield "statement removed", _set(value=ast.Constant(None))
        case ast.Tuple(ctx=ast.Load(), elts=[_, _, *_]) | ast.Set(elts=[_, _, *_]):
            yield "last element dropped", lambda node: node.elts.pop()  # type: ignore[attr-defined]
        case ast.Dict(keys=[_, _, *_]):
            yield "last entry dropped", _last_entry


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _set(**attributes: object) -> Spoil:
    def spoil(node: ast.AST) -> None:
        for name, value in attributes.items():
            setattr(node, name, value)

    return spoil


def _comparison(operator: type[ast.cmpop]) -> Spoil:
    def spoil(node: ast.AST) -> None:
        cast("ast.Compare", node).ops[0] = operator()

    return spoil


def _other_operator(node: ast.AST) -> None:
    joined = cast("ast.BoolOp", node)
    joined.op = ast.Or() if isinstance(joined.op, ast.And) else ast.And()


def _condition(position: int) -> Spoil:
    def spoil(node: ast.AST) -> None:
        joined = cast("ast.BoolOp", node)
        # True beside "and", False beside "or": the other conditions decide.
        joined.values[position] = ast.Constant(isinstance(joined.op, ast.And))

    return spoil


def _branches(node: ast.AST) -> None:
    branching = cast("ast.If", node)
    branching.body, branching.orelse = branching.orelse, branching.body


def _last_entry(node: ast.AST) -> None:
    entries = cast("ast.Dict", node)
    entries.keys.pop()
    entries.values.pop()


def spoiled_tree(site: Site) -> ast.Module:
    """Return the tree of the file with the site spoiled."""
    tree = ast.parse((ROOT / site.file).read_text("utf-8"))
    site.spoil(next(node for number, node in enumerate(ast.walk(tree)) if number == site.node))
    return ast.fix_missing_locations(tree)


def marked_tree(file: Path, mark: str) -> ast.Module:
    """Return the tree of the file with a mark at the beginning of every function: the statement
    ``mark``, given ``file:line`` of the function."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(wrapper.lineno for wrapper in node.decorator_list)])
            node.body[:0] = ast.parse(mark.format(f"{file}:{first}")).body
    return ast.fix_missing_locations(tree)


def difference(site: Site) -> str:
    """Return what the spoiled file says differently, as a diff of a few lines."""
    before = ast.unparse(ast.parse((ROOT / site.file).read_text("utf-8")))
    after = ast.unparse(spoiled_tree(site))
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    changed = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    return "\n".join(f"      {line}" for line in changed[:8])


def functions(tree: ast.Module, name: str) -> dict[tuple[str, int], CodeType]:
    """Return the code of every function in a file, by its full name and first line."""
    found: dict[tuple[str, int], CodeType] = {}
    waiting = [compile(tree, name, "exec", dont_inherit=True)]
    while waiting:
        for inner in waiting.pop().co_consts:
            if isinstance(inner, CodeType):
                found[inner.co_qualname, inner.co_firstlineno] = inner
                waiting.append(inner)
    return found


def _inside(tree: ast.Module) -> dict[int, int]:
    """Return, for each node that runs when a function is called, the first line of the outermost
    such function: what stands outside runs once, when the file is imported."""
    lines: dict[int, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(wrapper.lineno for wrapper in node.decorator_list)])
            for statement in node.body:
                for inner in ast.walk(statement):
                    lines.setdefault(id(inner), first)
    return lines
