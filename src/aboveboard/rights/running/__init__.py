"""What the worker does for a request: asks every system, follows the identifiers that it learns,
and changes what the answer says.

``plan`` and ``graph`` are pure; ``advance`` is the job; ``by_hand`` what a person does instead.
"""
