// The API of Aboveboard 0.1.0: its shapes and operations.
// Generated from the description of the API by scripts/clients.py. Do not edit.

import { Transport } from "./transport.ts";

export * from "./transport.ts";

/**
 * A use of many people's data: what is asked of each, and who they are.
 */
export interface BatchIn {
  people: PersonRef[];
  purpose: string;
  fields: string[];
  channel: string;
  reference?: string;
}

/**
 * The outcome of each, in the order in which they were named.
 */
export interface BatchOut {
  outcomes: OutcomeOut[];
}

/**
 * A choice that the person made: ``evidence`` is a reference to where they said so.
 * ``contact``: the one way of contact that it is about; without it, the purpose as a whole.
 */
export interface ChoiceIn {
  person: PersonRef;
  purpose: string;
  answer: "no" | "yes";
  channel: string;
  evidence: string;
  contact?: "" | "app" | "email" | "in_person" | "phone" | "post" | "sms";
}

/**
 * The recorded choice. ``entry`` is the ledger entry that proves it. ``waits``: it is a yes
 * after the person's own no, and counts for nothing until it is confirmed.
 */
export interface ChoiceOut {
  choice: number;
  entry: number;
  waits: boolean;
}

/**
 * The code, as the person typed it.
 */
export interface CodeIn {
  code: string;
}

/**
 * Whether the person may be contacted for a purpose through a channel. ``contact`` is which
 * way of contact the channel is, empty where it is none.
 */
export interface ContactOut {
  purpose: string;
  title: string;
  channel: string;
  contact: string;
  may: boolean;
  why: ContextWhyOut;
}

/**
 * What the person said last of a purpose, or of one way of contact of it: where and when.
 */
export interface ContextChoiceOut {
  purpose: string;
  contact: string;
  answer: string;
  channel: string;
  at: string;
  why: ContextWhyOut;
}

/**
 * Who is served now, for which purpose, on which channel. ``fields`` leaves out what is not
 * needed at this moment; without it the card has all that the purpose uses.
 */
export interface ContextIn {
  person: PersonRef;
  purpose: string;
  channel: string;
  fields?: string[] | null;
  reference?: string;
}

/**
 * The card: what the purpose allows of their data and why each value is shown, the language to
 * speak to them in, on which channels they may be contacted for what, and what they chose.
 * ``entry`` proves the use.
 */
export interface ContextOut {
  values: Record<string, string | null>;
  why: Record<string, ContextWhyOut>;
  language: string;
  contact: ContactOut[];
  choices: ContextChoiceOut[];
  entry: number;
}

/**
 * Why something is on the card: a reference for programs, a sentence to show or read out, and
 * the person's own page that explains it.
 */
export interface ContextWhyOut {
  reference: string;
  sentence: string;
  page: string;
}

/**
 * The decision about each, in the order in which they were named.
 */
export interface DecisionBatchOut {
  decisions: DecisionOutcomeOut[];
}

/**
 * Whether a use of these fields would be allowed now: ``fields`` are all of those asked for,
 * or none, with every reason. ``entry`` is the ledger entry that proves that it was asked.
 */
export interface DecisionOut {
  allowed: boolean;
  fields: string[];
  reasons: ReasonOut[];
  entry: number;
}

/**
 * The decision about one person (``allowed``, ``fields``, ``reasons``, ``entry``), or
 * ``code``: why there is none. Members that say nothing are left out.
 */
export interface DecisionOutcomeOut {
  allowed?: boolean | null;
  fields?: string[] | null;
  reasons?: ReasonOut[] | null;
  entry?: number | null;
  code?: string | null;
}

/**
 * A page of parcels, the newest first. ``next`` goes on; null at the end.
 */
export interface DisclosureListOut {
  disclosures: DisclosureOut[];
  next: number | null;
}

/**
 * A parcel that left for the recipient: when, for what, which fields, of how many people; the
 * SHA-256 of the file in hex, the entry that proves it, and the agreements of the public
 * register that it stands under.
 */
export interface DisclosureOut {
  id: number;
  at: string;
  purpose: string;
  fields: string[];
  people: number;
  sha256: string;
  entry: number | null;
  agreements: number[];
}

/**
 * A row of a parcel: its place among those who are in it, and the categories of data.
 */
export interface DisclosureRowOut {
  row: number;
  categories: string[];
}

/**
 * A page of rows. ``next`` goes on; null at the end.
 */
export interface DisclosureRowsOut {
  rows: DisclosureRowOut[];
  next: number | null;
}

/**
 * One thing in the body that is not as described: where, such as ``person.kind``, and what was
 * expected there.
 */
export interface ErrorOut {
  at: string;
  expected: string;
}

/**
 * The uses, the newest first, and how many there are whatever ``limit`` and ``offset`` say.
 */
export interface FindUsageOut {
  totalUsages: number;
  usages: UsageOut[];
}

/**
 * Whether the list can be asked for now.
 */
export interface HeartbeatOut {
  status: "FAIL" | "OK";
  message: string;
}

/**
 * What a person asks for. ``proof``: how this client proved who they are, where its scope lets
 * it say so.
 */
export interface NewRequestIn {
  kind: "access" | "correction" | "erasure" | "human_review" | "objection" | "portability" | "restriction" | "stop_asking";
  person: PersonRef;
  asker?: "agent" | "executor" | "guardian" | "self";
  proof?: "document" | "knowledge" | "signed_in" | null;
  jurisdiction?: string;
  language?: string;
  name?: string;
  acting?: string;
  words?: string;
  corrections?: Record<string, string>;
  purpose?: string;
}

/**
 * What became of one person's use: ``values`` and ``entry``, or ``code`` and why not. Members
 * that say nothing are left out.
 */
export interface OutcomeOut {
  values?: Record<string, string | null> | null;
  entry?: number | null;
  code?: string | null;
  reasons?: ReasonOut[] | null;
}

/**
 * What may be told of a password: its ``length`` in code points of its normal form (NFC), the
 * first five hexadecimal digits of the SHA-1 of that form's UTF-8 (``prefix``), and zxcvbn's
 * estimate of the guesses. ``second_factor``: one is asked for besides. ``language``: of the
 * sentences.
 */
export interface PasswordCheckIn {
  length: number;
  prefix: string;
  guesses_log10?: number | null;
  second_factor?: boolean;
  language?: "de" | "en" | "fr";
}

/**
 * Whether anything that was told is wrong. ``allowed`` is said of that alone: where the last
 * 35 digits are in ``suffixes`` with a number above 0, it may not be a password, and
 * ``breached`` is the sentence to show. ``suffixes`` is null where no list of leaked passwords
 * is there.
 */
export interface PasswordCheckOut {
  allowed: boolean;
  problems: PasswordProblemOut[];
  suffixes: Record<string, number> | null;
  breached: string;
}

/**
 * What may be a password. ``words``: those that it must not be made of, beside the person's
 * own. ``least_guesses_log10``: fewest guesses, by zxcvbn, as a decimal logarithm. Nothing is
 * asked about kinds of characters, and no password runs out.
 */
export interface PasswordPolicyOut {
  length: number;
  length_with_second_factor: number;
  longest: number;
  least_guesses_log10: number;
  words: string[];
  normal_form?: string;
  composition_rules?: boolean;
  expires?: boolean;
}

/**
 * Why it may not be a password: a code, and a sentence to show to the person.
 */
export interface PasswordProblemOut {
  code: string;
  sentence: string;
}

/**
 * The last 35 digits of each SHA-1 that begins with the prefix, with how many leaked accounts
 * had it, about. A row with 0 is made up, so that the size of the answer tells nothing: pass
 * over it.
 */
export interface PasswordRangeOut {
  prefix: string;
  suffixes: Record<string, number>;
}

/**
 * Who it is about: looked up by something they told you, or by the ``reference`` that stands
 * for them in our notifications. Exactly one person must have it.
 */
export interface PersonRef {
  kind: "customer_number" | "email" | "phone" | "reference";
  value: string;
  country?: string | null;
}

/**
 * Problem details (RFC 9457). ``code`` is never reworded; at the addresses of the Data Rights
 * Protocol it is the status, with ``message`` and ``fatal`` beside it, and the stable code is
 * the end of ``type``. ``instance`` names the request as the log does. ``reasons`` and
 * ``entry`` come with a refused use (403), ``errors`` with a body that does not have the form
 * described (422).
 */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string | null;
  instance?: string | null;
  errors?: ErrorOut[] | null;
  reasons?: ReasonOut[] | null;
  entry?: number | null;
  message?: string | null;
  fatal?: boolean | null;
}

/**
 * The promise in force.
 */
export interface PromiseOut {
  serial: number;
  digest: string;
  purposes: PurposeOut[];
}

/**
 * One purpose of the promise, as a client needs it. ``contacts``: the ways of contact that it
 * uses, of each of which a person may say no alone.
 */
export interface PurposeOut {
  key: string;
  title: string;
  basis: string;
  fields: string[];
  roles: string[];
  channels: string[];
  contacts: string[];
}

/**
 * One reason of a refusal.
 */
export interface ReasonOut {
  code: string;
  field: string | null;
  sentence: string;
}

/**
 * A page of requests, the newest first; ``next`` is what to send as ``before`` for the page
 * after it, null where there is none.
 */
export interface RequestListOut {
  requests: RequestOut[];
  next: number | null;
}

/**
 * How far a request is. ``missing``: ``identity`` or ``authority``, while somebody still has
 * to prove it. ``due_at`` is by when it is to be answered, null once it is closed.
 */
export interface RequestOut {
  id: number;
  reference: string;
  kind: string;
  stage: string;
  received_at: string;
  due_at: string | null;
  paused: boolean;
  missing: string[];
  closed_at: string | null;
  entry: number;
}

/**
 * The request was written down. ``entry`` is the ledger entry that proves it; ``code_sent``: a
 * code went to the e-mail address that was given, and waits to be handed in.
 */
export interface RequestReceiptOut {
  id: number;
  entry: number;
  code_sent: boolean;
}

/**
 * Nothing: ``{}``.
 */
export interface ResendIn {
}

/**
 * One use, in the protocol's words. ``proof``, which is ours: where it is asked for, a C2SP
 * tlog-proof that it stands in the ledger; left out while it waits to be sealed.
 */
export interface UsageOut {
  logtime: string;
  action: string;
  receiverCode: string;
  receiverName: string;
  receiverSystem: string;
  proof?: string;
}

/**
 * From when on uses are kept. There is no end: they can be asked for up to now.
 */
export interface UsagePeriodOut {
  periodStart: string;
}

/**
 * A use: whose data, for which purpose of the promise, which fields, through which channel.
 */
export interface UseIn {
  person: PersonRef;
  purpose: string;
  fields: string[];
  channel: string;
  reference?: string;
}

/**
 * The fields that were allowed; null where nothing is held. ``entry`` is the ledger entry that
 * proves the use.
 */
export interface UseOut {
  values: Record<string, string | null>;
  entry: number;
}

/** Every operation of the API. */
export class Aboveboard extends Transport {
  /**
   * Use a person's data for a purpose. Decide, write the ledger entry, then open the fields;
   * or refuse with every reason (403, `use_refused`).
   */
  postUse(body: UseIn, idempotencyKey?: string): Promise<UseOut> {
    return this.send("POST", "/api/v1/uses", { body, idempotencyKey });
  }

  /**
   * Use the data of up to 500 people. Decide for each, write all ledger entries, then open
   * what was granted. Each person has their own outcome, in order.
   */
  postBatch(body: BatchIn, idempotencyKey?: string): Promise<BatchOut> {
    return this.send("POST", "/api/v1/uses/batch", { body, idempotencyKey });
  }

  /**
   * Use the data of any number of people. Take lines of JSON: first what is asked, then a
   * person each. Answer lines of JSON, each with the number of its line.
   */
  postStream(lines: unknown[], idempotencyKey?: string): Promise<Record<string, any>[]> {
    return this.stream("/api/v1/uses/stream", lines, { idempotencyKey });
  }

  /**
   * Decide about a use, and open nothing. Say whether a use would be allowed now, with every
   * reason where it would not (200 both). Whoever the use may not show counts as not there, as
   * for the use itself. Written down, so that the person sees that it was asked.
   */
  postDecision(body: UseIn, idempotencyKey?: string): Promise<DecisionOut> {
    return this.send("POST", "/api/v1/decisions", { body, idempotencyKey });
  }

  /**
   * Decide about up to 500 people. Decide about each, and open nothing. Each person has their
   * own decision, in order.
   */
  postDecisionBatch(body: BatchIn, idempotencyKey?: string): Promise<DecisionBatchOut> {
    return this.send("POST", "/api/v1/decisions/batch", { body, idempotencyKey });
  }

  /**
   * Decide about any number of people. Take lines of JSON as the stream of uses does, and
   * answer a decision for each.
   */
  postDecisionStream(lines: unknown[], idempotencyKey?: string): Promise<Record<string, any>[]> {
    return this.stream("/api/v1/decisions/stream", lines, { idempotencyKey });
  }

  /**
   * The card of somebody who is served. Use what this moment's purpose allows of a person's
   * data, and say in which language, on which channels and for what they may be contacted, and
   * what they said: the same on every channel.
   */
  postContext(body: ContextIn, idempotencyKey?: string): Promise<ContextOut> {
    return this.send("POST", "/api/v1/context", { body, idempotencyKey });
  }

  /**
   * Record a person's choice. Record a yes or no about a purpose that leaves the person a
   * choice; once, if it comes again under the same key. A yes needs `choose:` in the scope, a
   * no is taken from every client. A yes after the person's own no `waits`: it counts once
   * they, or a member of staff, say so too.
   */
  postChoice(body: ChoiceIn, idempotencyKey?: string): Promise<ChoiceOut> {
    return this.send("POST", "/api/v1/choices", { body, idempotencyKey });
  }

  /**
   * The promise in force. Return the purposes, so that a client can know what it may ask for.
   */
  getPromise(): Promise<PromiseOut> {
    return this.send("GET", "/api/v1/promise");
  }

  /**
   * Find the uses of a person's data. Return who used somebody's data, for a portal that shows
   * them the lists of several organisations. That it was asked is written down about them.
   * Somebody who is not held has an empty list. Uses that a law forbids to tell now are left
   * out or say only that they are.
   */
  getUsage(userCode?: number, periodStart?: number, periodEnd?: number, offset?: number, limit?: number, proofs?: number): Promise<FindUsageOut> {
    return this.send("GET", "/api/v1/usage/v2/findUsage", { query: { userCode, periodStart, periodEnd, offset, limit, proofs } });
  }

  /**
   * From when on uses are kept. Return the moment of the first entry of the ledger.
   */
  getUsagePeriod(): Promise<UsagePeriodOut> {
    return this.send("GET", "/api/v1/usage/v2/usagePeriod");
  }

  /**
   * Whether uses can be asked for now. Return OK once the ledger has an entry.
   */
  getHeartbeat(): Promise<HeartbeatOut> {
    return this.send("GET", "/api/v1/usage/v2/heartbeat");
  }

  /**
   * List what this recipient was given. Return a page of the parcels that left for the
   * recipient whose client asks (`recipient:NAME` in its scope), the newest first. What others
   * were given is not shown.
   */
  getDisclosures(before?: number): Promise<DisclosureListOut> {
    return this.send("GET", "/api/v1/disclosures", { query: { before } });
  }

  /**
   * List the rows of a parcel. Return a page of the rows of one parcel of the recipient's own.
   * Who was asked for and is not in it is not told. Another's parcel is not there.
   */
  getDisclosureRows(parcelId: number, after?: number): Promise<DisclosureRowsOut> {
    return this.send("GET", `/api/v1/disclosures/${parcelId}/rows`, { query: { after } });
  }

  /**
   * The password policy. Return what may be a password, at every door of the organisation.
   */
  getPasswordPolicy(): Promise<PasswordPolicyOut> {
    return this.send("GET", "/api/v1/passwords/policy");
  }

  /**
   * Leaked passwords by prefix. Return the leaked passwords whose SHA-1 begins with five
   * hexadecimal digits, padded. 404 (`no_breached_list`): there is no list here.
   */
  getPasswordRange(prefix: number): Promise<PasswordRangeOut> {
    return this.send("GET", `/api/v1/passwords/range/${prefix}`);
  }

  /**
   * Check a password without sending it. Say what is wrong with a password by what may be told
   * of it, in words for the person, and give the leaked ones that it must be held against.
   */
  postPasswordCheck(body: PasswordCheckIn, idempotencyKey?: string): Promise<PasswordCheckOut> {
    return this.send("POST", "/api/v1/passwords/check", { body, idempotencyKey });
  }

  /**
   * Bring a request of a person. Write down what a person asks for about their data; once, if
   * it comes again under the same key. Its kind must be in the scope (`request:`). It begins
   * unproved, and nothing is disclosed or erased, unless `proof` is in the scope too
   * (`proves:`) and is enough for what is asked. The answer is the same whether the person is
   * held or not.
   */
  postRequest(body: NewRequestIn, idempotencyKey?: string): Promise<RequestReceiptOut> {
    return this.send("POST", "/api/v1/requests", { body, idempotencyKey });
  }

  /**
   * List the requests that this client brought. Return a page of them, the newest first. Those
   * that others brought are not shown.
   */
  getRequests(before?: number): Promise<RequestListOut> {
    return this.send("GET", "/api/v1/requests", { query: { before } });
  }

  /**
   * Follow a request. Return how far a request is that this client brought, by when it is to
   * be answered, and what is still to be proved. What is held of the person, or that nothing
   * is, only they are told.
   */
  getRequest(requestId: number): Promise<RequestOut> {
    return this.send("GET", `/api/v1/requests/${requestId}`);
  }

  /**
   * Send the person another code. Send a code to the e-mail address that the request was asked
   * with. Those before it prove nothing any more.
   */
  postCode(requestId: number, body: ResendIn, idempotencyKey?: string): Promise<RequestOut> {
    return this.send("POST", `/api/v1/requests/${requestId}/code`, { body, idempotencyKey });
  }

  /**
   * Hand in the code that the person was sent. Let the person prove the e-mail address by the
   * code; 403 `code_refused` where it is wrong, was used, or its time or its three tries are
   * over.
   */
  postProof(requestId: number, body: CodeIn, idempotencyKey?: string): Promise<RequestOut> {
    return this.send("POST", `/api/v1/requests/${requestId}/proof`, { body, idempotencyKey });
  }
}
