"""The part of the server that is the same for every API. What a request goes through, in order:

- sockets: `server`, `protocol` with `arrival`, `flow`, `stalls` and `rejections`, within `limits`;
- a request: `application`, `dispatch` with `guard`, `cross_origin` and `routing`, `endpoints` with
  `http_input` and `json_input`, `pages` with `portal`; told of afterwards by `metrics` and
  `access_log`;
- behaviour: `resource`, the verbs of `x-resource`, with `things`, `references` and `streams`;
- storage: `store`, the interface, with `listing` and `turns` for every engine; then `sqlite*` and
  `postgres*`.

Around them: `contract`, what the generated tables are made of; `commands` and `settings`, the
command line; `serving`, `transfer` with `exporting` and `importing`, its commands.
"""
