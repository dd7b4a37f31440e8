"""Lists: one way to search, filter, order and turn the pages of rows, and to take them as CSV.

``asked`` reads what somebody asked for, ``page`` shows it. Filters, order and page stand in the
address; what is typed is posted and never does, since anybody may type a name into it.
"""
