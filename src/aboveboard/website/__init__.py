"""What the visitors of the organisation's website chose, and the proof of it.

Invariant: a visitor is a random number of their own browser, made when they choose and kept with
the choice alone; nothing here says who they are. What a visitor sent decides nothing: their browser
keeps their answer itself, and it becomes a person's choice only by that person's own hand.

Public: ``asked.asked_purposes``, ``actions.record``, ``actions.take_over``,
``actions.object_by_signal``, ``queries.choice_of_visitor``, and, pure, ``visit`` and ``work``.
"""
