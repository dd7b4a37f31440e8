"""Other systems that are notified: which, of what, and what became of it."""
