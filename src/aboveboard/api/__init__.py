"""The face for programs: OpenAPI 3.1, problem details (RFC 9457), one token per program.

Invariant: it holds no rule. It reads what came, calls an action, and writes the answer down.
"""
