"""Declarations of Fides become drafts of ours, and what does not come with them is named."""

from __future__ import annotations

from aboveboard.connectors.http import fides, listing

CONFIG = """
saas_config:
  fides_key: shop
  name: A shop
  type: shop
  version: 0.0.1
  connector_params:
    - name: domain
      default_value: api.shop.example
      description: The host
    - name: api_key
      sensitive: true
  client_config:
    protocol: https
    host: <domain>
    authentication:
      strategy: bearer
      configuration:
        token: <api_key>
  test_request: {method: GET, path: /ping}
  endpoints:
    - name: buyers
      requests:
        read:
          method: POST
          path: /buyers/search
          body: '{"mail": "<mail>"}'
          query_params:
            - {name: limit, value: 50}
          param_values:
            - {name: mail, identity: email}
          data_path: rows
          postprocessors:
            - strategy: filter
              configuration: {field: mail, value: {identity: email}}
          pagination:
            strategy: link
            configuration: {source: body, path: next.link}
        delete:
          method: DELETE
          path: /buyers/<buyerId>
          param_values:
            - name: buyerId
              references: [{dataset: shop, field: buyers.id, direction: from}]
    - name: orders
      requests:
        read:
          request_override: run_this_code
"""


def test_a_config_becomes_a_draft_of_calls() -> None:
    draft = fides.convert(CONFIG, name="shop.yml")
    assert draft is not None
    assert draft.api["base"] == "https://<domain>"
    assert draft.api["auth"] == {"kind": "bearer", "token": "<api_key>"}
    assert draft.api["settings"] == {"domain": {"about": "The host", "default": "api.shop.example"}}
    assert draft.api["collections"] == {
        "buyers": {
            "find": {
                "email": {
                    "method": "POST",
                    "path": "/buyers/search",
                    "query": {"limit": "50"},
                    "json": {"mail": "<email>"},
                    "items": "rows",
                    "same": {"email": "mail"},
                    "pages": {"kind": "link", "at": "next.link"},
                }
            },
            "key": {"id": "id"},
            "erase": {"calls": [{"method": "DELETE", "path": "/buyers/<id>"}]},
        }
    }


def test_code_is_refused_by_its_line() -> None:
    draft = fides.convert(CONFIG, name="shop.yml")
    assert draft is not None
    line = CONFIG.splitlines().index("          request_override: run_this_code") + 1
    assert any(note.line == line and "is code" in note.what for note in draft.not_carried)
    assert any("orders" in note.what for note in draft.not_carried)
    assert any("add `read`" in str(note) for note in draft.not_carried)


def test_the_draft_is_a_file_with_what_is_missing_in_front() -> None:
    draft = fides.convert(CONFIG, name="shop.yml")
    assert draft is not None
    text = fides.as_yaml(draft)
    assert text.startswith("# Not carried over, line ")
    # What it lacks is all that stops it: with `read` it is a declaration.
    whole = text.replace("    key:\n", "    read: {path: /buyers/<id>}\n    key:\n")
    assert listing.shape_of(whole, "shop.yaml").collections["buyers"].erase


def test_what_is_none_is_none() -> None:
    assert fides.convert("- 1", name="x") is None
    assert fides.convert("saas_config: []", name="x") is None
