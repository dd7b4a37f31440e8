"""What a person can ask for about their own data."""
