"""The incident lead's pages: what was lost, who was in it, what is due, and telling them."""
