"""Photographs of every page, for somebody to look at: ``python -m scripts.screens``."""
