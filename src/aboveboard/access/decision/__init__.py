"""The decision, pure but for ``gather``.

``decide`` puts it together and has the questions that need nobody looked up; ``personal`` has those
about the person; ``facts`` is what must be known of a person, and ``gather`` collects it;
``emergency`` is the decision in an emergency.
"""
