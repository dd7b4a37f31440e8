"""Commands about what is kept and what must go: ``sweep``, ``hold``, ``people``."""
