"""Whether a website does what the promise says of it: looked at with a browser, before a yes, after
a no, and after a yes."""
