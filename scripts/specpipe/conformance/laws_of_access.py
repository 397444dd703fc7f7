"""Laws of who may call."""

from __future__ import annotations

import random

from specpipe.conformance.law import holds, law
from specpipe.conformance.subject import Missing, Subject


@law
def the_key_is_asked_for(subject: Subject, random: random.Random) -> None:
    """Without the key, or with a wrong one, every secured operation is refused."""
    if not subject.wire.has_key:
        raise Missing("key to try")
    for operation in subject.api.operations:
        path = {p.wire: "example" for p in operation.parameters_in("path")}
        for key in ("", "wrong") if operation.secured else ():
            status = subject.wire.send(operation, path, key=key).status
            what = "a wrong key" if key else "no key"
            holds(status in (401, 403), f"{operation.id} with {what} answered {status}")
