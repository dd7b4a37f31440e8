"""Requests: what people ask about their own data, the queue of it, and answering them."""
