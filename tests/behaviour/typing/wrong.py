"""Mistakes of a user: both type checkers report each line that is marked, and no other."""

from __future__ import annotations

from datetime import datetime

from pieces_workstream_client import AsyncClient, Client, Timeout, models

client = Client(api_key="k")
other = AsyncClient(api_key="k")
event = client.workstream_events.create()

Client(api_keys="k")  # wrong: no such argument of a client
Client(timeout="5")  # wrong: text for seconds
Client(retries=1.5)  # wrong: half a retry
Client(transport=client)  # wrong: no transport
Timeout(5)  # wrong: members of a Timeout are named
Timeout(writes=1)  # wrong: no such phase

client.workstream_event.get()  # wrong: an argument is missing
client.workstream_event.get(1)  # wrong: a number for an id
client.workstream_event.get(event)  # wrong: the thing for its id
client.workstream_event.get("a", True)  # wrong: a parameter that has to be named
client.workstream_event.get("a", transferables="yes")  # wrong: text for a switch
client.workstream_event.get("a", transferable=True)  # wrong: a misspelt parameter
client.workstream_event.get("a", time_out=1.0)  # wrong: a misspelt option
client.workstream_event.get("a", retries="2")  # wrong: text for a number
client.workstream_event.get("a", extra_headers={"X-Trace": 1})  # wrong: a number in a header
client.workstream_event.find("a")  # wrong: no such method
client.workstream_evnt.get("a")  # wrong: no such resource
client.workstream_events.identifiers(limit="10")  # wrong: text for a number
client.workstream_events.identifiers(created_from=5)  # wrong: a number for a moment
client.workstream_events.batch()  # wrong: the body is required
client.workstream_events.batch([1, 2])  # wrong: numbers for ids
client.workstream_events.create(event)  # wrong: another model
client.workstream_events.create("a")  # wrong: text for a body
client.with_options(base_url="http://other")  # wrong: not for a view

client.workstream_events.iterate(pagesize=1)  # wrong: a misspelt argument
client.workstream_events.iterate().iterable  # wrong: an iterator is no collection
client.workstream_event.modify("a", 1)  # wrong: no function
client.workstream_event.modify("a", lambda: None)  # wrong: a function that takes nothing
Client.discover(base_url="http://other")  # wrong: that is what it looks for
Client.discover().workstream_evnt  # wrong: no such resource

event.readable.upper()  # wrong: may be unset
event.summaries.iterable  # wrong: may be unset
event.titel  # wrong: a misspelt member
event.created.value = "2024-10-08T07:41:12Z"  # wrong: text for a moment
event.created = datetime.now()  # wrong: a moment for the object around it
event.trigger.file_open = "yes"  # wrong: text for a switch
title: str = event.readable  # wrong: may be unset
length: int = event.id  # wrong: text for a number

models.ReferencedWorkstreamEvent()  # wrong: a required member is missing
models.ReferencedWorkstreamEvent("a")  # wrong: members are named
models.ReferencedWorkstreamEvent(id=1)  # wrong: a number for an id
models.ReferencedWorkstreamEvent(id="a", ids="b")  # wrong: no such member
models.WorkstreamEventTrigger(file_open=None)  # wrong: no null in the contract
models.NoSuchModel  # wrong: no such model

nothing: int = client.workstream_events.delete("a")  # wrong: gives nothing
answer = client.workstream_event.with_raw_response.get("a")
answer.readable  # wrong: an answer is no value yet
plain: models.WorkstreamEvent = answer  # wrong: an answer is no value yet
parsed: models.WorkstreamEvents = answer.parse()  # wrong: of another operation


async def forgotten() -> None:
    """Awaiting too little and too much."""
    thing = other.workstream_event.get("a")
    thing.readable  # wrong: not awaited
    later: models.WorkstreamEvent = other.workstream_event.get("a")  # wrong: not awaited
    other.workstream_event.get("a")  # wrong: not awaited
    for _ in other.workstream_events.iterate():  # wrong: async for
        pass
    await client.workstream_event.get("a")  # wrong: nothing to await
    with other:  # wrong: async with
        pass
    async with client:  # wrong: with
        pass
    print(later)
