"""Benches of many people at once: in, and out."""
