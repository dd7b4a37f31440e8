"""How a promise is written, weighed, adopted by two people, and told."""
