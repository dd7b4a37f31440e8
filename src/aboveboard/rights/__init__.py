"""What a person can ask for about their own data (GDPR Arts 15 to 22, and the laws like it).

Promise: who asks is proved in proportion to what is asked; every system is asked; the answer is in
time; nothing waits in silence. Invariants: nothing is disclosed or erased for anybody unproved;
two people behind one identifier are never merged; a request changes only through
``requests.recording``, by an event with an entry; what was corrected by hand is not put back by a
file (``intake.notes``); a new e-mail address is proved, and the old one told.

How it fits::

    requests.actions     ask, confirm, name_person, pause, resume, extend, review, answer, refuse
    requests.proving     make_code, prove_by_code, prove, store_document, judge_document
    running.by_hand      answer a step with evidence, try it again, decide whose a match is
          |              each decides by the state and writes one event
    requests.recording   entry, event, what the queue shows, the worker's job: one transaction
          |
    requests.state       fold_events -> RequestState (stage, proof, steps); next_move; pure
    requests.clock       when it is due, by the law of where the person lives
    running.advance      the job: plan, find, follow identifiers, read or change, system by system
    running.collected    what was read, sealed: for the pack

A request waits for the worker as a job, and for people as a row without one: ``open_requests`` is
the queue, ``next_at`` when something is due by itself (``running.due``). Letters hang on
events: ``recording.write_event`` is where each is written.

Other faces to the same requests (the Data Rights Protocol 1.0, for one) translate theirs to
``requests.actions`` and hold no rule.
"""
