/** Mistakes of a user: the compiler reports each line that is marked, and no other. */
import { PiecesWorkstream, type Application, type WorkstreamEvent } from 'pieces-workstream-client';

const client = new PiecesWorkstream({ apiKey: 'k' });
declare const event: WorkstreamEvent;
declare const application: Application;

new PiecesWorkstream({ apiKeys: 'k' }); // wrong: no such option of a client
new PiecesWorkstream('http://localhost'); // wrong: options are an object
new PiecesWorkstream({ timeout: '5' }); // wrong: text for milliseconds
new PiecesWorkstream({ timeout: { connect: 5 } }); // wrong: no such limit
new PiecesWorkstream({ fetch: client }); // wrong: no fetch
new PiecesWorkstream({ headers: { 'X-Trace': 1 } }); // wrong: a number in a header

client.workstreamEvent.get(); // wrong: an argument is missing
client.workstreamEvent.get(1); // wrong: a number for an id
client.workstreamEvent.get(event); // wrong: the thing for its id
client.workstreamEvent.get('a', true); // wrong: options are an object
client.workstreamEvent.get('a', { transferables: 'yes' }); // wrong: text for a switch
client.workstreamEvent.get('a', { transferable: true }); // wrong: a misspelt parameter
client.workstreamEvent.get('a', { time_out: 1 }); // wrong: a misspelt option
client.workstreamEvent.get('a', { retries: '2' }); // wrong: text for a number
client.workstreamEvent.get('a', { extraHeaders: { 'X-Trace': 1 } }); // wrong: a number in a header
client.workstreamEvent.get('a', { signal: new AbortController() }); // wrong: the controller for its signal
client.workstreamEvent.find('a'); // wrong: no such method
client.workstreamEvnt.get('a'); // wrong: no such resource
client.workstreamEvents.identifiers({ limit: '10' }); // wrong: text for a number
client.workstreamEvents.identifiers({ createdFrom: 5 }); // wrong: a number for a moment
client.workstreamEvents.identifiers({ created_from: new Date() }); // wrong: options are in camel case
client.workstreamEvents.batch(); // wrong: the body is required
client.workstreamEvents.batch([1, 2]); // wrong: numbers for ids
client.workstreamEvents.create(event.application); // wrong: another model
client.workstreamEvents.create('a'); // wrong: text for a body
client.workstreamEvents.create({ application, trigger: {}, redable: 'r' }); // wrong: a misspelt member
client.workstreamEvents.create({ application }); // wrong: a member is missing
client.withOptions({ baseUrl: 'http://other' }); // wrong: not for a view
client.baseUrl = 'http://other'; // wrong: a client stays where it is

client.workstreamEvents.iterate({ pagesize: 1 }); // wrong: a misspelt option
client.workstreamEvents.iterate({ limit: 1 }); // wrong: pageSize says how many are read
client.workstreamEvents.iterate().iterable; // wrong: a generator is no collection
client.workstreamEvents.withRawResponse.iterate(); // wrong: no answer to be had as it came
client.workstreamEvent.withRawResponse.modify('a', () => {}); // wrong: the same
client.workstreamEvent.modify('a'); // wrong: the function is missing
client.workstreamEvent.modify('a', () => 'b'); // wrong: text for a thing
client.workstreamEvent.modify('a', (it) => void (it.redable = 'r')); // wrong: a misspelt member
client.workstreamEvent.modify('a', (it) => void (it.readable = 5)); // wrong: a number for text
PiecesWorkstream.discover({ baseUrl: 'http://other' }); // wrong: that is what is looked for

event.created.value = '2024-01-01T00:00:00Z'; // wrong: text for a moment
event.readable.length; // wrong: it may not be there
event.application = null; // wrong: it has to be there
application.onboarded = 1; // wrong: a number for a switch
const title: string = (await client.workstreamEvent.get('a')).readable; // wrong: it may not be there
(await client.workstreamEvents.delete('a')).id; // wrong: nothing is given
(await client.workstreamEvents.snapshot()).iterable[0].id; // wrong: there may be none
(await client.workstreamEvents.withRawResponse.snapshot()).iterable; // wrong: not parsed yet
client.workstreamEvents.snapshot().iterable; // wrong: not awaited
void title;
