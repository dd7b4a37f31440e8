"""What must be true, worked out without the product: who is held, what each person said, who was on
what, who was told, what was looked at. Nothing of Aboveboard is imported here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

OFFERS, SHOPS = "personal-offers", "improve-shops"
SELF = "self"
"""The person's own hand."""


@dataclass(frozen=True)
class Word:
    """What somebody said about a purpose: in which order, and who wrote it down."""

    order: int
    purpose: str
    answer: str
    by: str
    waits: bool


@dataclass
class Consent:
    """What the words of one person about one purpose come to."""

    answer: str = ""
    """The last that counts."""
    yes_from: set[str] = field(default_factory=set)
    """Who recorded the yeses since the last no."""
    waiting: set[str] = field(default_factory=set)
    """Who recorded those of them that do not count yet."""
    own_no: bool = False
    """The person said no with their own hand, and nobody's yes counted since."""

    def take(self, word: Word) -> None:
        """Take the next word."""
        if word.answer == "no":
            self.yes_from, self.waiting = set(), set()
            self.own_no = self.own_no or word.by == SELF
            self.answer = "no"
        elif word.waits:
            self.waiting.add(word.by)
            self.yes_from.add(word.by)
        else:
            self.yes_from.add(word.by)
            self.waiting, self.own_no, self.answer = set(), False, "yes"

    def would_wait(self, answer: str, by: str, *, staff: bool) -> bool:
        """Whether a word said now must wait for the person, or for a second member of staff."""
        if answer == "no" or by == SELF or not self.own_no:
            return False
        return not (staff and self.waiting and by not in self.waiting)


@dataclass
class Person:
    """One customer, by what happened to them."""

    row: Mapping[str, str]
    erased: bool = False
    remembered: bool = True
    """Whether whoever erased them remembered it: the oldest version did not."""
    words: list[Word] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    """E-mail addresses that a later file, or they themselves, replaced."""
    by_hand: set[str] = field(default_factory=set)
    """The fields that were corrected by hand."""
    hold: int = 0
    """The number of the legal hold that is open."""
    restriction: int = 0
    restricted_at: int = 0
    """After which word the restriction was placed."""
    into: Person | None = None
    """Whose record theirs was merged into."""
    merged: list[Person] = field(default_factory=list)
    merged_at: int = 0
    uses: Counter[str] = field(default_factory=Counter)
    """How often others saw their data, or were refused it."""
    tried: int = 0
    """How often a notice may have been written for them that the mail server did not take: each
    time their data was opened, and they see that."""

    @property
    def number(self) -> str:
        return self.row["customer_id"]

    @property
    def now(self) -> Person:
        """Whose record answers for them."""
        return self.into or self

    def records(self) -> list[Person]:
        """Return everybody whose record this is."""
        return [self, *self.merged]

    def mailboxes(self) -> list[str]:
        """Return every address that they ever had."""
        return [
            box
            for each in self.records()
            for box in dict.fromkeys((*each.former, each.row["email"]))
        ]

    def consent(self, purpose: str) -> Consent:
        """Return what their words come to. Of two records that are one, each is judged apart up to
        then: a no on either is a no."""
        apart = []
        later: list[Word] = []
        for each in self.records():
            one = Consent()
            for word in each.words:
                if word.purpose != purpose:
                    continue
                if self.merged and word.order >= self.merged_at:
                    later.append(word)
                else:
                    one.take(word)
            apart.append((one, max((word.order for word in each.words), default=0)))
        answered = [one for one, _ in sorted(apart, key=lambda each: each[1]) if one.answer]
        refused = [one for one in answered if one.answer == "no"]
        whole = (refused or answered or [Consent()])[-1]
        if self.merged:
            whole.own_no = any(one.own_no for one, _ in apart)
            whole.waiting = self._waiting(purpose)
        for word in sorted(later, key=lambda word: word.order):
            whole.take(word)
        return whole

    def _waiting(self, purpose: str) -> set[str]:
        """Return who recorded a yes that still waited when the two records became one: none that
        either of them answered later."""
        joint = Consent()
        words = [word for each in self.records() for word in each.words]
        for word in sorted(words, key=lambda word: word.order):
            if word.purpose == purpose and word.order < self.merged_at:
                joint.take(word)
        return joint.waiting

    def may_use(self, client: str) -> bool:
        """Return whether a client may use their data for offers: a yes that is not its own alone
        (and the person's own yes is everybody's), and of a restricted person one that was said
        since."""
        consent = self.consent(OFFERS)
        yes = consent.answer == "yes" and bool(consent.yes_from - {client})
        if self.restriction:
            last = [word for each in self.records() for word in each.words if not word.waits]
            since = [w for w in last if w.purpose == OFFERS and w.order > self.restricted_at]
            yes = yes and bool(since)
        return not self.erased and yes

    def may_plan(self) -> bool:
        """Return whether shops may be planned with where they live: unless they objected."""
        return not (self.erased or self.restriction or self.consent(SHOPS).answer == "no")


@dataclass
class World:
    """Everybody and everything, as it should be."""

    people: dict[str, Person] = field(default_factory=dict)
    devices: dict[str, set[str]] = field(default_factory=dict)
    """By label, the numbers of the customers in the exports on it."""
    incidents: dict[str, set[str]] = field(default_factory=dict)
    """By reference, the numbers of the customers who were exposed."""
    earlier: dict[str, int] = field(default_factory=dict)
    """How many people were in each incident from before this life."""
    notified: set[str] = field(default_factory=set)
    """The incidents whose notices were approved."""
    notices_due: Counter[str] = field(default_factory=Counter)
    """How many notices each customer must have had, by their number."""
    emergencies: Counter[str] = field(default_factory=Counter)
    """How often each adviser broke the glass."""
    to_review: list[int] = field(default_factory=list)
    proved: int = 0
    """How many new addresses were proved."""

    changes: int = 0

    def next_number(self) -> int:
        """Return a number that was not given out before."""
        self.changes += 1
        return self.changes

    def held(self) -> list[Person]:
        """Return the customers who are held now, in the order of their numbers."""
        return [
            person
            for _, person in sorted(self.people.items())
            if not (person.erased or person.into)
        ]

    def say(self, person: Person, purpose: str, answer: str, by: str, *, staff: bool) -> None:
        """Somebody said something, and it was written down; a record that was merged away keeps
        nothing new."""
        waits = person.consent(purpose).would_wait(answer, by, staff=staff)
        person.words.append(Word(self.next_number(), purpose, answer, by, waits))

    def merge(self, kept: Person, other: Person) -> None:
        """Make one of two records."""
        kept.merged.append(other)
        kept.merged_at, other.into = self.next_number(), kept
        kept.uses += other.uses
        kept.tried += other.tried

    def split(self, kept: Person) -> None:
        """Make two of one again; what was said and seen since stays with the one that was kept."""
        other = kept.merged.pop()
        other.into = None
        kept.uses -= other.uses
        kept.tried -= other.tried

    def notify(self, reference: str, *, tries: int = 0) -> None:
        """Send the notices of an incident to everyone in it who is held now: one each, and each is
        a use of their data; ``tries`` may come to nothing before."""
        self.notified.add(reference)
        recipients = {self.people[number].now.number for number in self.incidents[reference]}
        for number in recipients:
            if not self.people[number].erased:
                self.notices_due[number] += 1
                self.people[number].uses["seen"] += 1
                self.people[number].tried += tries
