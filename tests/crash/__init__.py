"""Whatever dies at whatever moment: nothing is lost, nothing is half-done, nothing was
released without its entry.

Each story does one procedure in a process of its own, kills that process (SIGKILL) fifty
times at random moments, looks at what it left each time (``whole``), and lets the
procedure go on to its end.
"""
