// The API server's own record of which webhooks it called for a request, and which of them changed the object.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';

const POLICY = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    verbs: [create]
    resources: [{group: '', resources: [pods]}]
  - level: None
`;

/** One call of a mutating webhook. */
export interface WebhookCall {
  readonly configuration: string;
  readonly webhook: string;
  readonly mutated: boolean;
}

interface AuditEvent {
  readonly requestURI: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const PREFIX = 'mutation.webhook.admission.k8s.io/';

export class AuditLog {
  readonly #directory = mkdtempSync(join(tmpdir(), 'meshscrape-audit-'));
  readonly #log = join(this.#directory, 'audit.log');
  readonly #calls = new Map<string, readonly WebhookCall[]>();
  #readBytes = 0;

  /** For kube-apiserver: it records the creation of pods, dry runs too. */
  readonly apiserverArgs: readonly string[];

  constructor() {
    const policy = join(this.#directory, 'policy.yaml');
    writeFileSync(policy, POLICY);
    this.apiserverArgs = [`--audit-policy-file=${policy}`, `--audit-log-path=${this.#log}`];
  }

  /** The calls made for the one request with this field manager, in order. */
  async callsFor(fieldManager: string): Promise<readonly WebhookCall[]> {
    const find = (): readonly WebhookCall[] | undefined => {
      this.#read();
      return this.#calls.get(fieldManager);
    };
    // It is written when the answer is on its way already.
    await expect.poll(find, { timeout: 90_000, interval: 10 }).toBeDefined();
    return find() ?? [];
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true });
  }

  /** What came since the last time. */
  #read(): void {
    if (!existsSync(this.#log)) return;
    const bytes = readFileSync(this.#log).subarray(this.#readBytes);
    // What comes after the last line break is still being written.
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    this.#readBytes += whole.length;
    for (const line of whole.toString().split('\n').slice(0, -1)) {
      const { requestURI, annotations = {} } = JSON.parse(line) as AuditEvent;
      const fieldManager = new URL(requestURI, 'https://any').searchParams.get('fieldManager');
      const calls = Object.entries(annotations)
        .filter(([key]) => key.startsWith(PREFIX))
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([, value]) => JSON.parse(value) as WebhookCall);
      if (fieldManager !== null) this.#calls.set(fieldManager, calls);
    }
  }
}
