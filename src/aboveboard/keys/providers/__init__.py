"""Where the root key is: one small interface, and one module for each kind of place.

Public: ``provider.Provider`` (the plug point), ``places.provider_at`` (a setting in, its provider
out). Each kind passes the one contract suite in ``tests/keys/test_contract.py``.
"""
