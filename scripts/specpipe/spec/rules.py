"""The house rules: what this pipeline asks of a spec beyond OpenAPI, one function for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from specpipe.diagnostics import Diagnostic
from specpipe.spec import (
    documented_rules,
    example_rules,
    name_rules,
    operation_rules,
    pattern_rules,
    resource_rules,
    schema_rules,
)
from specpipe.spec.load import beside
from specpipe.spec.model import Document
from specpipe.spec.nodes import everything

DECISIONS = "DECISIONS.md"
_HEADING = re.compile(r"^##[ \t]+([^\s(]+)", re.MULTILINE)

Rule = Callable[[Document], Iterator[Diagnostic]]


def decisions_are_explained(document: Document) -> Iterator[Diagnostic]:
    """Each `x-decided` names a section of DECISIONS.md, if that is there."""
    text = beside(document, DECISIONS)
    if text is None:
        return
    known = set(_HEADING.findall(text))
    for node in everything(document):
        decided = node.raw("x-decided")
        if decided.value is None:
            continue
        for slug in decided.strings or (decided.text,):
            if slug not in known:
                message = f"{DECISIONS} has no section {slug!r}"
                yield decided.fault(message, f"add `## {slug}` with the reason")


RULES: tuple[Rule, ...] = (
    operation_rules.document_is_of_a_size,
    operation_rules.operations_are_described,
    operation_rules.bodies_are_supported,
    operation_rules.features_are_supported,
    operation_rules.security_is_an_api_key,
    operation_rules.package_is_described,
    name_rules.names_are_identifiers,
    name_rules.properties_are_identifiers,
    name_rules.names_do_not_collide,
    name_rules.schemas_are_not_taken,
    name_rules.methods_do_not_collide,
    name_rules.routes_are_plain,
    name_rules.headers_are_tokens,
    name_rules.package_has_a_name,
    schema_rules.schemas_are_supported,
    schema_rules.schemas_end,
    schema_rules.parameters_are_plain,
    pattern_rules.patterns_are_quick,
    example_rules.examples_are_valid,
    example_rules.bodies_have_examples,
    resource_rules.resources_are_described,
    resource_rules.behaviours_are_described,
    decisions_are_explained,
    documented_rules.pages_are_named,
    documented_rules.drafts_are_finished,
)


def check_rules(document: Document) -> list[Diagnostic]:
    """Every breach of a house rule. A document that is not even OpenAPI gets those that can be
    found, and no exception."""
    return list(dict.fromkeys(fault for rule in RULES for fault in rule(document)))
