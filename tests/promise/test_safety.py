"""A promise file cannot hurt who reads it: whatever it holds, the answer is a
promise or PromiseRefused."""

import copy
import time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aboveboard.promise.limits import PROMISE_BYTES
from aboveboard.promise.loading import PromiseRefused, load, reread
from aboveboard.promise.model import Promise
from tests.promise import SMALL, edited, problems

BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)

# name: what is read, the code
HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "empty"),
    "only a comment": ("# later\n", "empty"),
    "null": ("null\n", "empty"),
    "one word": ("hello", "wrong_type"),
    "a list": ("- promise: 1\n", "wrong_type"),
    "not UTF-8": ("promise: café".encode("latin-1"), "not_text"),
    "UTF-16": ("promise: 1".encode("utf-16"), "not_text"),
    "a bell in the text": ("promise: \a1", "not_yaml"),
    "a bell by escape": ('promise: "\\a"', "not_text"),
    "half a character by escape": ('promise: "\\ud800"', "not_text"),
    "a character beyond Unicode": ('promise: "\\UFFFFFFFF"', "not_yaml"),
    "a nul by escape": ('promise: "\\0"', "not_text"),
    "a version with too many digits": ("%YAML 1." + "1" * 5000 + "\n---\npromise: 1", "not_yaml"),
    "an anchor": ("promise: &one 1", "anchor"),
    "an alias to nothing": ("promise: *one", "anchor"),
    "a billion laughs": (BOMB, "anchor"),
    "a table that holds itself": ("&a {promise: *a}", "anchor"),
    "a program": ("promise: !!python/object/apply:os.system ['true']", "tag"),
    "a harmless tag": ("promise: !!str 1", "tag"),
    "two documents": ("promise: 1\n---\npromise: 1\n", "not_one_document"),
    "a key twice": ("promise: 1\npromise: 1\n", "duplicate_key"),
    "a key twice, deep inside": (
        edited(("    kind: customer_number\n", "    kind: customer_number\n    kind: text\n")),
        "duplicate_key",
    ),
    "a list as a key": ("? [a, b]\n: 1\n", "bad_key"),
    "a merge key": ("<<: {promise: 1}\npromise: 1\n", "unknown_key"),
    "nested ten thousand deep": ("[" * 10_000, "too_deep"),
    "tables nested deep": ("".join("  " * depth + "a:\n" for depth in range(200)), "too_deep"),
    "too large": ("#" * (PROMISE_BYTES + 1), "too_large"),
    "too large in bytes, not in letters": ("é" * (PROMISE_BYTES // 2 + 1), "too_large"),
    "an open bracket": ("promise: [1", "not_yaml"),
    "a tab": ("promise:\n\t1", "not_yaml"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refused_for_the_right_reason(name: str) -> None:
    source, code = HOSTILE[name]
    before = time.process_time()  # of this process alone: a busy machine changes nothing
    assert code in [problem.code for problem in problems(source)]
    assert time.process_time() - before < 5


def outcome(source: str | bytes) -> Promise | PromiseRefused:
    """Load, and let nothing but a refusal out."""
    try:
        return load(source, name="fuzz.yaml")
    except PromiseRefused as refused:
        return judged(refused)


def judged(refused: PromiseRefused) -> PromiseRefused:
    """Return a refusal that can be acted on, and printed: it has problems, with places,
    and no half characters."""
    assert refused.problems
    assert all(
        problem.line >= 1 and problem.column >= 1 and problem.code for problem in refused.problems
    )
    assert str(refused).encode()
    return refused


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_any_text(source: str) -> None:
    outcome(source)


@given(st.binary())
@settings(max_examples=100, deadline=None)
def test_any_bytes(source: bytes) -> None:
    outcome(source)


_WORDS = [
    "promise",
    "organisation",
    "fields",
    "roles",
    "channels",
    "recipients",
    "purposes",
    "losses",
    "security",
    "languages",
    "basis",
    "title",
    "en",
    "fr",
    "retention",
    "keep",
    "starts",
    "consent",
    "choice",
    "asks",
    "article9",
    "condition",
    "transfer",
    "ground",
    "country",
    "GB",
    "US",
    "email",
    "measure",
    "within",
    "PT72H",
    "P6Y",
    "true",
    "1",
    "null",
    "~",
    "category",
    "user.health",
    "label",
    "kind",
    "text",
]
_scalars = st.one_of(
    st.sampled_from(_WORDS),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.dates(),
)
_trees = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(_WORDS) | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=25,
)


@pytest.mark.slow
@given(_trees)
@settings(max_examples=100, deadline=None)
def test_any_yaml(tree: Any) -> None:
    outcome(yaml.safe_dump(tree, allow_unicode=True))


_LINES = SMALL.splitlines(keepends=True)


@pytest.mark.slow
@given(st.data())
@settings(max_examples=100, deadline=None)
def test_any_line_of_a_promise_lost_moved_or_replaced(data: st.DataObject) -> None:
    """The nearest misses are the likeliest mistakes: a promise with one line spoilt."""
    index = data.draw(st.integers(0, len(_LINES) - 1))
    lines = list(_LINES)
    spoilt = data.draw(st.sampled_from(["lose", "repeat", "indent", "cut", "swap"]))
    if spoilt == "lose":
        del lines[index]
    elif spoilt == "repeat":
        lines.insert(index, lines[index])
    elif spoilt == "indent":
        lines[index] = data.draw(st.sampled_from([" ", "    ", "\t"])) + lines[index]
    elif spoilt == "cut":
        lines[index] = lines[index][: data.draw(st.integers(0, len(lines[index])))] + "\n"
    else:
        other = data.draw(st.integers(0, len(_LINES) - 1))
        lines[index], lines[other] = lines[other], lines[index]
    outcome("".join(lines))


def put(tree: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        tree = tree[step]
    tree[path[-1]] = value


def paths(tree: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path to every place in a tree but its root."""
    steps = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    return [place for key, inner in steps for place in ((*here, key), *paths(inner, (*here, key)))]


_TREE = yaml.safe_load(SMALL)
_PATHS = paths(_TREE)


@pytest.mark.slow
@given(st.sampled_from(_PATHS), _trees)
@settings(max_examples=100, deadline=None)
def test_anything_in_any_place_of_a_promise(path: tuple[Any, ...], value: Any) -> None:
    tree = copy.deepcopy(_TREE)
    put(tree, path, value)
    outcome(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False))


def test_the_small_promise_is_sound() -> None:
    """The tests above spoil it, so they say nothing unless it is whole."""
    assert problems(SMALL) == ()


def test_rereading_does_not_judge_again() -> None:
    """What was adopted stays readable when the law moves on; what has lost its shape does not."""
    unlawful = edited(("    country: NL\n", "    country: BR\n"))
    assert problems(unlawful)
    assert reread(unlawful, name="old").recipients["payment-provider"].third_country
    with pytest.raises(PromiseRefused):
        reread("promise: 1", name="old")
