"""Emergencies: asking for a look that saves somebody, seeing it, and reviewing it afterwards."""
