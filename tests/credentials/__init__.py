"""What may be a password, and which were in leaks."""
