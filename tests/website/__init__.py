"""What visitors of the website chose, and what the site does."""
