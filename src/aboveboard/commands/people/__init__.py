"""Commands about many people at once: bringing them in, handing them over."""
