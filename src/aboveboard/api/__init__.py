"""The face for clients: OpenAPI 3.1, problem details (RFC 9457), OAuth 2.0 tokens;
one use, a batch, a stream.

Invariant: it holds no rule. It reads what came, calls an action, and writes the answer down.
"""
