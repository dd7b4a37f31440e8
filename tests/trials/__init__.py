"""Situations out of public bug reports, each with the right outcome."""
