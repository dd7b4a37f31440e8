"""A class says what it is in its own name, and the name belongs to one class: what is imported
elsewhere is read without its module."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from tests.house import source

VAGUE = {
    "Box": "what it seals (SealedField)",
    "Change": "what changes (PromiseChange, DataChange)",
    "Check": "what is checked (HealthCheck)",
    "Code": "what the code is of (ReasonCode)",
    "Counted": "what was counted (ExposureCount)",
    "Data": "whose and what data",
    "Database": "which part it has in what (CopyableDatabase, DatabaseSettings)",
    "Detail": "a detail of what (FieldDetail)",
    "Folder": "what is in it (LogDirectory)",
    "Held": "what is held, of whom (HeldData)",
    "Home": "the law's word (Residence)",
    "Info": "what it informs of",
    "Item": "an item of what",
    "Judged": "what was judged (JudgedDuty)",
    "Kept": "what was kept (PromiseResult)",
    "Key": "a key of what (TallyKey, WrappingKeyStatus)",
    "Kind": "the kind of what (BodyKind, ValueKind)",
    "Line": "a line of what (LeakLine, TimelineEvent)",
    "Lines": "the lines of what (BodyLines)",
    "Mark": "what it marks (FilePosition)",
    "Mapping": "what is mapped (ColumnMapping); typing has one of this name",
    "Moment": "the moment of what (DecisionMoment)",
    "Move": "what moves where (StateChange)",
    "Opened": "what was opened",
    "Outcome": "the outcome of what (PromiseOutcome, ChangeOutcome)",
    "Page": "which page (CircumstancesPage)",
    "Pair": "a pair of what (PurposePair)",
    "Part": "a part of what (ScoredComponent)",
    "Place": "a place in what (FilePosition, FaceAddress)",
    "Problem": "a problem with what (PromiseProblem, ProblemDetails)",
    "Question": "whose question (CircumstanceQuestion)",
    "Reader": "what it reads (RowReader)",
    "Reason": "the reason of what (RefusalReason)",
    "Recorded": "what was recorded (RecordedEntry)",
    "Report": "a report on what (VerificationReport)",
    "Result": "the result of what (UseResult)",
    "Row": "a row of what (ParsedRow)",
    "Rule": "whose rule (DutyRule)",
    "Seen": "what was seen (SeenCheckpoint)",
    "Server": "a server of what (MailServer)",
    "Shape": "the shape of what (TableFormat)",
    "Shown": "what is shown (ShownSetting)",
    "Snapshot": "a snapshot of what (DatabaseSnapshot)",
    "Source": "a source of what (LogSource, ImportSource)",
    "Standing": "consent state, key status or open hold",
    "State": "the state of what (ConsentState)",
    "Status": "the status of what (KeyringStatus)",
    "Text": "which text (TranslatedText)",
    "Thing": "what it is",
    "Token": "what it admits to (TransitToken)",
    "Value": "a value of what",
    "Verdict": "whose verdict (GateVerdict)",
    "Version": "a version of what (VersionSummary)",
    "What": "what it is of (FindingKind)",
    "You": "who that is (PortalCustomer)",
}
"""Words that name anything, and what the name says instead. A field's own one-word terms, such as
``Promise``, ``Grant``, ``Checkpoint`` or ``Residence``, are names."""

SHARED: dict[str, str] = {}
"""Names that two public classes bear, and why both have a right to it."""


def classes() -> Iterator[tuple[str, str]]:
    """Yield the name of each class of a module of ours, and the file that it is in."""
    for path in source.python("src"):
        for node in source.tree(path).body:
            if isinstance(node, ast.ClassDef):
                yield node.name, source.in_source(path)


def vague(name: str) -> str:
    """Return what to say instead of a class's whole name; "" where it is a name."""
    return VAGUE.get(name.lstrip("_"), "")


def shared(pairs: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the public names that several classes bear, each with their files."""
    files: dict[str, list[str]] = defaultdict(list)
    for name, file in pairs:
        if not name.startswith("_"):
            files[name].append(file)
    return {name: where for name, where in files.items() if len(where) > 1}


def test_no_class_has_a_name_that_could_be_any() -> None:
    breaking = [f"{file} {name}: say {say}" for name, file in classes() if (say := vague(name))]
    assert breaking == [], "name the class by the field's term (docs/conventions.md, Names)"


def test_a_public_name_is_one_class() -> None:
    twice = {name: where for name, where in shared(classes()).items() if name not in SHARED}
    assert twice == {}, "two classes of one name: say in each what it is of"
    assert set(SHARED) <= set(shared(classes())), "a shared name is listed that no longer is"


def test_what_is_refused_is_a_whole_name() -> None:
    for name in ("Outcome", "_Held"):
        assert vague(name), name
    for name in ("PromiseOutcome", "HeldData", "Promise"):
        assert not vague(name), name
    pairs = [("Leaf", "a.py"), ("Leaf", "b.py"), ("_Own", "a.py"), ("_Own", "b.py")]
    assert shared(iter(pairs)) == {"Leaf": ["a.py", "b.py"]}
