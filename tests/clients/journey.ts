// What a program does with the client: it is run by Node, and prints what it saw as JSON.
import { Aboveboard, ApiProblem, NoOneFound, UseRefused } from "../../clients/typescript/src/api.ts";

const [address, clientId, clientSecret, email] = process.argv.slice(2);
const client = new Aboveboard({ address, clientId, clientSecret });
const person = { kind: "email" as const, value: email };
const ask = { purpose: "personal-offers", fields: ["email"], channel: "email" };

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "";
  } catch (error) {
    const known = error instanceof NoOneFound || error instanceof UseRefused;
    return error instanceof ApiProblem ? `${known}:${error.code}` : String(error);
  }
}

const decision = await client.postDecision({ ...ask, person });
const use = await client.postUse({ ...ask, person });
const batch = await client.postBatch({ ...ask, people: [person] });
const lines = await client.postDecisionStream([ask, person]);
const choice = { person, purpose: ask.purpose, answer: "no" as const, channel: "email", evidence: "f:1" };
const said = [await client.postChoice(choice, "key-1"), await client.postChoice(choice, "key-1")];
const requests = await client.getRequests();
console.log(
  JSON.stringify({
    allowed: decision.allowed,
    email: use.values.email,
    outcomes: batch.outcomes.length,
    end: lines.at(-1),
    same: said[0].choice === said[1].choice,
    requests: requests.requests.length,
    refused: await codeOf(client.postUse({ ...ask, fields: ["birth_place"], person })),
    gone: await codeOf(client.postUse({ ...ask, person })),
  }),
);
