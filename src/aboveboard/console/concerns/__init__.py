"""Concerns: what customers find wrong with a use of their data, and answering them."""
