"""The clients that are generated from the description, against a real server."""
