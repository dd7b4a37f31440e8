// Sending requests: a token that is renewed, retries under one Idempotency-Key, and problems as typed
// errors. Only `fetch` and `crypto`, which browsers and Node have.

export const TRIES = 4;
const LONGEST_WAIT = 60;
const EARLY = 30;
const AGAIN = new Set([408, 429, 502, 503, 504]);

export interface Reason {
  code: string;
  field: string | null;
  sentence: string;
}

/** An answer that is a problem (RFC 9457). `code` is never reworded. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | null;
  readonly reasons: Reason[];
  readonly errors: { at: string; expected: string }[];
  readonly entry: number | null;
  readonly retryAfter: number | null;

  constructor(status: number, body: Record<string, any>, retryAfter: number | null) {
    super(`${status} ${body.code ?? ""}: ${body.title ?? ""}`);
    this.status = status;
    this.code = String(body.code ?? "");
    this.title = String(body.title ?? "");
    this.detail = body.detail ?? null;
    this.reasons = body.reasons ?? [];
    this.errors = body.errors ?? [];
    this.entry = body.entry ?? null;
    this.retryAfter = retryAfter;
  }
}

/** The promise does not allow this use; `reasons` has every reason (403). */
export class UseRefused extends ApiProblem {}
/** No customer that you may see matches (404). */
export class NoOneFound extends ApiProblem {}
/** More than one customer matches (409). */
export class SeveralFound extends ApiProblem {}
/** The body does not have the form described; `errors` says where (400, 422). */
export class BadRequest extends ApiProblem {}
/** The id, the secret or the token is wrong, too old or revoked (401). */
export class SignInNeeded extends ApiProblem {}
/** Too often; `retryAfter` says how many seconds to wait (429). */
export class RateLimited extends ApiProblem {}
/** Nothing was released and nothing changed: ask again later (503). */
export class Unavailable extends ApiProblem {}

export const PROBLEMS: Record<string, typeof ApiProblem> = {
  use_refused: UseRefused,
  no_one_found: NoOneFound,
  several_found: SeveralFound,
  bad_request: BadRequest,
  sign_in_needed: SignInNeeded,
  invalid_client: SignInNeeded,
  rate_limited: RateLimited,
  unavailable: Unavailable,
};

export interface Settings {
  address: string;
  clientId: string;
  clientSecret: string;
  scope?: string;
  fetch?: typeof fetch;
  sleep?: (seconds: number) => Promise<void>;
}

export interface SendOptions {
  body?: unknown;
  lines?: unknown[];
  query?: Record<string, string | number | undefined>;
  idempotencyKey?: string;
}

/** Sends requests to one instance as one client. */
export class Transport {
  private readonly settings: Settings;
  private token = "";
  private ends = 0;

  constructor(settings: Settings) {
    this.settings = { ...settings, address: settings.address.replace(/\/+$/, "") };
  }

  async send<T>(method: string, path: string, options: SendOptions = {}): Promise<T> {
    return (await (await this.open(method, path, options)).json()) as T;
  }

  /** Send lines of JSON, and return the lines that are answered. */
  async stream<T>(path: string, lines: unknown[], options: SendOptions = {}): Promise<T[]> {
    const answer = await this.open("POST", path, { ...options, lines });
    const text = await answer.text();
    return text.split("\n").filter(Boolean).map((line) => JSON.parse(line) as T);
  }

  private async open(method: string, path: string, options: SendOptions): Promise<Response> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) query.set(name, String(value));
    }
    const address = `${this.settings.address}${path}${query.size ? `?${query}` : ""}`;
    const headers: Record<string, string> = { Accept: "application/json" };
    let body: string | undefined;
    if (options.lines !== undefined) {
      body = options.lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      headers["Content-Type"] = "application/x-ndjson";
    } else if (options.body !== undefined) {
      body = JSON.stringify(options.body);
      headers["Content-Type"] = "application/json";
    }
    // The same key for each try: a change is made once.
    if (body !== undefined) {
      headers["Idempotency-Key"] = options.idempotencyKey ?? crypto.randomUUID();
    }
    let renewed = false;
    for (let number = 1; ; number += 1) {
      let wait = 2 ** (number - 1);
      try {
        headers.Authorization = `Bearer ${await this.bearer()}`;
        return await this.ask(address, { method, headers, body });
      } catch (error) {
        if (error instanceof ApiProblem) {
          if (error.status === 401 && !renewed && error.code !== "invalid_client") {
            renewed = true;
            this.ends = 0;
            continue;
          }
          if (!AGAIN.has(error.status) && error.code !== "idempotency_running") throw error;
          wait = error.retryAfter ?? wait;
        } else if (!(error instanceof TypeError)) {
          throw error; // fetch says with a TypeError that nothing was reached
        }
        if (number >= TRIES) throw error;
        await this.sleep(Math.min(wait, LONGEST_WAIT));
      }
    }
  }

  private async ask(address: string, init: RequestInit): Promise<Response> {
    const answer = await (this.settings.fetch ?? fetch)(address, init);
    if (answer.ok) return answer;
    let body: Record<string, any> = {};
    try {
      body = (await answer.json()) as Record<string, any>;
    } catch {
      body = {}; // not of ours: a proxy's page
    }
    body.code ??= body.error; // as OAuth has its errors
    const waits = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
    const Kind = PROBLEMS[String(body.code)] ?? ApiProblem;
    throw new Kind(answer.status, body, Number.isNaN(waits) ? null : waits);
  }

  private async bearer(): Promise<string> {
    if (Date.now() / 1000 >= this.ends) {
      const form = new URLSearchParams({ grant_type: "client_credentials" });
      if (this.settings.scope) form.set("scope", this.settings.scope);
      const { clientId, clientSecret } = this.settings;
      const headers = { Authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` };
      const answer = await this.ask(`${this.settings.address}/oauth/token`, {
        method: "POST",
        headers,
        body: form,
      });
      const given = (await answer.json()) as { access_token: string; expires_in: number };
      this.token = given.access_token;
      this.ends = Date.now() / 1000 + given.expires_in - EARLY;
    }
    return this.token;
  }

  private sleep(seconds: number): Promise<void> {
    const own = this.settings.sleep;
    return own ? own(seconds) : new Promise((done) => setTimeout(done, seconds * 1000));
  }
}
