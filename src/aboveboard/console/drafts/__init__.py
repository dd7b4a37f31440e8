"""The pages on which a promise is written, weighed, proposed, adopted by another, and told."""
