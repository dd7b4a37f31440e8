"""Finding somebody in every system: asked by what is known, then by what others told, round by
round until nobody tells anything new.
"""

from __future__ import annotations

from collections.abc import Sequence

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.canonical import Json
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Identifier, Match, Verb
from aboveboard.rights import limits
from aboveboard.rights.requests import actions, sealing
from aboveboard.rights.requests.recording import NewEvent
from aboveboard.rights.requests.terms import NeedsPerson, RequestEventKind, StepVerb
from aboveboard.rights.running.failing import fail_step, need_person
from aboveboard.rights.running.graph import GraphHop, IdentityGraph
from aboveboard.rights.running.memory import SystemMemory
from aboveboard.rights.running.own import KEY, PERSON, own_identifiers
from aboveboard.rights.running.request_run import RequestRun


def find_everywhere(run: RequestRun, systems: Sequence[str]) -> None:
    """Ask ``systems`` who the person is there, and note what each found. Those that were asked
    before are asked again by what is new."""
    search = _Search(run)
    if not search.readable or not search.graph.identifiers:
        for system in systems:
            need_person(run, (system, StepVerb.FIND), NeedsPerson.NO_IDENTIFIERS)
        return
    waiting = [system for system in systems if search.can_ask(system)]
    asked_before = [
        system
        for system, verb in run.state.steps
        if verb is StepVerb.FIND and system not in systems and system in run.connectors
    ]
    grown = search.ask([*waiting, *asked_before])
    for system in waiting:
        if system not in search.failed:
            search.note_found(system, again=False)
    for system in asked_before:
        if system in grown:
            search.note_found(system, again=True)
    search.name_person()


class _Search:
    """One search over several systems."""

    def __init__(self, run: RequestRun) -> None:
        self._run, row = run, run.row
        self.graph = IdentityGraph()
        self.failed: set[str] = set()
        self.memory: dict[str, SystemMemory] = {}
        self.hops: dict[str, list[GraphHop]] = {}
        self.readable = True
        self._opened: dict[int, list[Identifier]] = {}
        if row.person_id is not None:
            self.graph.add([Identifier(PERSON, Personal(str(row.person_id)))])
        try:
            self.memory = run.memories()
        except sealing.RequestUnreadable:
            self.readable = False
            return
        self.graph.add(run.details.identifiers)
        for system, memory in self.memory.items():
            self.graph.asked[system] = set(memory.asked)
            self.graph.learn(system, memory.matches)

    def can_ask(self, system: str) -> bool:
        """Whether a system can find; where it cannot, or is not connected any more, a person
        does."""
        connector = self._run.connectors.get(system)
        if connector is not None and Verb.FIND in connector.verbs:
            return True
        need_person(self._run, (system, StepVerb.FIND), NeedsPerson.NO_VERB)
        return False

    def ask(self, systems: Sequence[str]) -> set[str]:
        """Ask them, Aboveboard itself first, round by round; return which found something that
        they had not before."""
        in_order = sorted(systems, key=lambda system: (system != KEY, system))
        grown: set[str] = set()
        for _ in range(limits.GRAPH_ROUNDS):
            fresh = {
                system for system in in_order if system not in self.failed and self._ask_one(system)
            }
            if not fresh:
                break
            grown |= fresh
        return grown

    def _ask_one(self, system: str) -> bool:
        memory = self.memory.setdefault(system, SystemMemory())
        identifiers = self.graph.to_ask(system)
        if not identifiers:
            return False
        self._run.before_call(system)
        try:
            matches = self._with_own(system, list(self._run.connectors[system].find(identifiers)))
        # Whatever it was: one system must not hold up the others, nor stop in silence.
        except Exception as error:
            self.failed.add(system)
            fail_step(self._run, (system, StepVerb.FIND), error)
            return False
        new = memory.take(matches)
        memory.asked = set(self.graph.asked[system])
        self.hops.setdefault(system, []).extend(self.graph.learn(system, memory.matches))
        self._run.remember(system, memory)
        return new

    def _with_own(self, system: str, matches: list[Match]) -> list[Match]:
        """Return matches of Aboveboard itself with what others may know the person by; those of
        other systems as they are."""
        if system != KEY:
            return matches
        person_id = self._run.row.person_id
        if person_id is not None:
            # Whoever shares an address with them is another person, and it is known which is meant.
            matches = [match for match in matches if match.key.reveal() == str(person_id)]
        if len(matches) != 1 or (matches[0].several and person_id is None):
            return matches
        (match,) = matches
        number = int(match.key.reveal())
        if number not in self._opened:
            # Once in a search, however many identifiers lead here: each opening is an entry.
            self._opened[number] = own_identifiers(self._run.row, number, at=clock.now())
        learned = (*match.learned, *self._opened[number])
        return [Match(match.collection, match.key, match.by, learned)]

    def note_found(self, system: str, *, again: bool) -> None:
        """Note what a system found, or that a person has to say whose it is."""
        step, memory = (system, StepVerb.FIND), self.memory[system]
        if again:
            retried = RequestEventKind.STEP_RETRIED
            self._run.note(NewEvent(kind=retried, system=system, verb=StepVerb.FIND.value))
        if memory.doubtful:
            need_person(self._run, step, NeedsPerson.SEVERAL, {"several": len(memory.doubtful)})
            return
        self._run.note(
            NewEvent(
                kind=RequestEventKind.STEP_DONE,
                system=system,
                verb=StepVerb.FIND.value,
                facts=_facts(memory, self.hops.get(system, [])),
            )
        )

    def name_person(self) -> None:
        """Say whose the request is, where somebody without an account turned out to be held."""
        own = self.memory.get(KEY, SystemMemory()).matches
        if self._run.row.person_id is None and len(own) == 1 and not own[0].several:
            number = int(own[0].key.reveal())
            self._run.write()
            actions.name_person(self._run.row.pk, number, by=SYSTEM, at=clock.now())
            self._run.read_on()


def _facts(memory: SystemMemory, hops: Sequence[GraphHop]) -> dict[str, Json]:
    """Return what is written down of a search: names and counts, and no value."""
    collections: dict[str, int] = {}
    for match in memory.matches:
        collections[match.collection] = collections.get(match.collection, 0) + 1
    return {
        "records": len(memory.matches),
        "collections": dict(sorted(collections.items())),
        "asked_by": sorted({kind for kind, _ in memory.asked}),
        "hops": [
            {"collection": hop.collection, "by": list(hop.by), "learned": list(hop.learned)}
            for hop in hops
        ],
    }
