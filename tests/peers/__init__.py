"""Faults that products of the same kind had, tried here. Each test is named after the row of the
list that it comes from and the advisory, whether it was a fault here too or held from the start."""
