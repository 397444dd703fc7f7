"""What fuzzing checks, by names of ours: apart from `departures.py`, so that whoever asks for a
name need not wait for schemathesis to be imported."""

from __future__ import annotations

from collections.abc import Mapping

CHECKS: Mapping[str, tuple[str, str]] = {
    "not_a_server_error": ("server-error", "No request makes the server fail."),
    "status_code_conformance": ("status", "Every status that is answered is in the spec."),
    "content_type_conformance": ("content-type", "An answer has the media type of the spec."),
    "response_headers_conformance": ("headers", "An answer has the headers of the spec."),
    "response_schema_conformance": ("schema", "An answer is what its schema says."),
    "negative_data_rejection": ("refuses-invalid", "What the spec does not allow is refused."),
    "positive_data_acceptance": ("accepts-valid", "What the spec allows is accepted."),
    "missing_required_header": ("wants-header", "A required header cannot be left out."),
    "unsupported_method": ("other-methods", "Methods that the spec lacks are refused with 405."),
    "allow_header_conformance": ("allow-header", "Allow lists the methods of the spec."),
    "use_after_free": ("gone-after-delete", "A deleted thing is gone."),
    "ensure_resource_availability": ("there-after-create", "A created thing can be read."),
    "ignored_auth": ("asks-for-key", "Without the right key every secured operation refuses."),
    "laws": ("laws", "What a request did can be read back afterwards."),
}
"""By schemathesis' name of a check: ours, and what it says."""
NO_ANSWER = ("answers", "Every request gets an answer.")
NAMES = frozenset(name for name, _ in (*CHECKS.values(), NO_ANSWER))
