"""The pages themselves, one module for each part of the navigation."""
