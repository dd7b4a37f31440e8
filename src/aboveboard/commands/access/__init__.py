"""Commands about the decision: ``explain``, and what ``promise what-if`` does."""
