"""Commands about the instance itself: make it, bring it up to date, run it, look after it."""
