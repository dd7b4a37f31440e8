"""The case of an incident: what there is to do, and who does it."""
