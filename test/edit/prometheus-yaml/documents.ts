// Random prometheus.yaml documents for the property tests: fast-check draws plain choices, `render` spells them out.
// Most are valid for Prometheus; all are texts that a person could have written.
import fc from 'fast-check';

const LEGACY = '/etc/certs';
const MOUNT = '/etc/prom-certs';

interface FieldChoice {
  readonly style: number;
  readonly comment: boolean;
  readonly directory: number;
}

interface JobChoice {
  readonly tls: number;
  readonly fields: readonly (FieldChoice | undefined)[];
  readonly order: number;
  readonly insecure: number;
  readonly anchor: boolean;
  readonly merge: number;
  readonly pick: number;
  readonly noise: number;
  readonly nameStyle: number;
  readonly scheme: number;
  readonly indent: number;
}

export interface DocumentChoice {
  readonly jobs: readonly JobChoice[];
  readonly lineBreak: number;
  readonly head: number;
  readonly tail: number;
  readonly remote: number;
  readonly listIndent: boolean;
  readonly lastBreak: boolean;
}

const field = fc.option(fc.record({ style: fc.nat(15), comment: fc.boolean(), directory: fc.nat(7) }), {
  nil: undefined,
  freq: 6,
});

const job: fc.Arbitrary<JobChoice> = fc.record({
  tls: fc.nat(15),
  fields: fc.tuple(field, field, field),
  order: fc.nat(23),
  insecure: fc.nat(15),
  anchor: fc.boolean(),
  merge: fc.nat(15),
  pick: fc.nat(7),
  noise: fc.nat(63),
  nameStyle: fc.nat(3),
  scheme: fc.nat(3),
  indent: fc.nat(2),
});

export const documentChoice: fc.Arbitrary<DocumentChoice> = fc.record({
  jobs: fc.array(job, { minLength: 1, maxLength: 5 }),
  lineBreak: fc.nat(5),
  head: fc.nat(7),
  tail: fc.nat(7),
  remote: fc.nat(7),
  listIndent: fc.boolean(),
  lastBreak: fc.boolean(),
});

const FILES = [
  ['ca_file', 'root-cert.pem'],
  ['cert_file', 'cert-chain.pem'],
  ['key_file', 'key.pem'],
] as const;
const DIRECTORIES = [
  LEGACY,
  LEGACY,
  LEGACY,
  LEGACY,
  '/etc/istio-certs',
  MOUNT,
  '/etc/old-prom',
  '/var/run/secrets',
];
const TRUE = ['true', 'yes', 'on', 'y', 'True', 'YES'];
const FALSE = ['false', 'no', 'off', 'n', 'FALSE', 'Off'];

/** Spells a choice out as text. */
export function render(choice: DocumentChoice): string {
  return new Renderer(choice).document();
}

class Renderer {
  readonly choice: DocumentChoice;
  readonly lines: string[] = [];
  readonly tlsAnchors: string[] = [];
  readonly jobAnchors: string[] = [];
  readonly scalarAnchors: string[] = [];

  constructor(choice: DocumentChoice) {
    this.choice = choice;
  }

  document(): string {
    const { head, tail, lineBreak, lastBreak } = this.choice;
    this.head();
    this.remote();
    this.lines.push('scrape_configs:');
    for (const [index, choice] of this.choice.jobs.entries()) this.job(choice, index);
    const tails = ['', '', '', '# the end', '---\nsecond: [document', '...\n@garbage: {', '---', '\n\n'];
    this.lines.push(...(tails[tail] ?? '').split('\n').filter((line) => line !== '' || tail === 7));
    const nl = ['\n', '\n', '\n', '\r\n', '\r\n', '\r'][lineBreak] ?? '\n';
    return (head === 7 ? '\ufeff' : '') + this.lines.join(nl) + (lastBreak ? nl : '');
  }

  head(): void {
    const { head } = this.choice;
    if (head === 1) this.lines.push('---');
    if (head === 2) this.lines.push('# wide: 日本語 🦀 ünï', '', '%YAML 1.1', '---   # start');
    if (head === 3) this.lines.push('# job_name: fake', '#  tls_config: {ca_file: /etc/certs/x}');
    this.lines.push(
      'global:',
      '  scrape_interval: 15s\t# tab',
      '  external_labels: {account: 012345, "emoji": "🦀"}',
    );
  }

  remote(): void {
    const { remote } = this.choice;
    if (remote === 1)
      this.lines.push(
        'remote_write:',
        '- url: http://x/',
        '  tls_config: {ca_file: /etc/certs/root-cert.pem}',
      );
    if (remote === 2) {
      this.lines.push(
        'remote_write:',
        '- url: http://x/',
        '  tls_config: &remote',
        '    ca_file: &remoteca /etc/certs/root-cert.pem',
      );
      this.tlsAnchors.push('remote');
      this.scalarAnchors.push('remoteca');
    }
    if (remote === 3)
      this.lines.push('tracing:', '  endpoint: x:1', '  tls_config:', "    ca_file: '/etc/certs/a'");
  }

  job(choice: JobChoice, index: number): void {
    const pad = this.choice.listIndent ? '  ' : '';
    const name = `job-${String(index)}`;
    const quoted = [name, name, `'${name}'`, `"${name}"`][choice.nameStyle] ?? name;
    if (choice.tls === 15) {
      const body = this.flowTls(choice, index);
      this.lines.push(`${pad}- {job_name: ${quoted}, scheme: https, tls_config: ${body}}`);
      return;
    }
    const entries: string[][] = [[`job_name: ${quoted}`]];
    if (choice.scheme > 0) entries.push(['scheme: https # tls']);
    if ((choice.noise & 1) === 1) entries.push(...this.decoys(choice));
    entries.push(...this.tls(choice, index));
    if (choice.merge === 1 && this.jobAnchors.length > 0)
      entries.unshift([`<<: *${this.pick(this.jobAnchors, choice)}`]);
    if (choice.order % 3 === 1) entries.reverse();
    if ((choice.noise & 2) === 2) this.lines.push(`${pad}# about ${name}`, '');
    const anchored = choice.merge === 2;
    const flat = entries.flat();
    if (anchored) {
      this.lines.push(`${pad}- &job${String(index)}`);
      this.jobAnchors.push(`job${String(index)}`);
    }
    this.lines.push(
      ...flat.map((line, at) =>
        at === 0 && !anchored ? `${pad}- ${line}` : line === '' ? '' : `${pad}  ${line}`,
      ),
    );
  }

  decoys(choice: JobChoice): string[][] {
    const all = [
      [
        'kubernetes_sd_configs:',
        '- role: pod',
        '  api_server: https://k8s',
        '  tls_config:',
        '    ca_file: /etc/certs/root-cert.pem',
      ],
      [
        'oauth2:',
        '  client_id: a',
        '  client_secret: b',
        '  token_url: http://t',
        '  tls_config: {cert_file: /etc/certs/c, key_file: /etc/certs/k}',
      ],
      [
        'relabel_configs:',
        '- target_label: tls_config',
        '  replacement: "ca_file: /etc/certs/x" # tls_config:',
      ],
      ['params:', '  tls_config: [ca_file, /etc/certs/root-cert.pem]', '  module: [a, "b#c"]'],
    ];
    return all.filter((_, index) => ((choice.noise >> 2) & (1 << index)) !== 0);
  }

  tls(choice: JobChoice, index: number): string[][] {
    const { tls } = choice;
    if (tls === 0) return [];
    if (tls <= 2 && this.tlsAnchors.length > 0)
      return [[`tls_config: *${this.pick(this.tlsAnchors, choice)}${tls === 1 ? ' # shared' : ''}`]];
    if (tls <= 4)
      return [[`tls_config: ${this.anchor(choice, index)}${this.flowTls(choice, index)}  # flow`]];
    if (tls === 5) return [['tls_config:', '  insecure_skip_verify: true']];
    return [
      [
        `tls_config:${this.anchor(choice, index)
          .trimEnd()
          .replace(/^(?=.)/, ' ')}`,
        ...this.blockTls(choice, index),
      ],
    ];
  }

  anchor(choice: JobChoice, index: number): string {
    if (!choice.anchor) return '';
    const name = `tls${String(index)}`;
    // Registered late, so that no mapping merges itself.
    this.pending = name;
    return `&${name} `;
  }

  pending: string | undefined;

  pick(anchors: readonly string[], choice: JobChoice): string {
    return anchors[choice.pick % anchors.length] ?? '';
  }

  blockTls(choice: JobChoice, index: number): string[] {
    const pad = ' '.repeat([2, 4, 1][choice.indent] ?? 2);
    const entries = this.fieldEntries(choice, index, false).map((entry) =>
      entry.map((line) => (line === '' ? '' : pad + line)),
    );
    if ((choice.noise & 3) === 3) entries.splice(1, 0, [`${pad}# a comment with ca_file: inside`, '']);
    return this.finish(entries).flat();
  }

  flowTls(choice: JobChoice, index: number): string {
    const entries = this.finish(this.fieldEntries(choice, index, true)).map((entry) => entry.join(' '));
    return `{${entries.join(choice.order % 2 === 0 ? ', ' : ',')}}`;
  }

  finish<T>(entries: T): T {
    if (this.pending !== undefined) this.tlsAnchors.push(this.pending);
    this.pending = undefined;
    return entries;
  }

  fieldEntries(choice: JobChoice, index: number, flow: boolean): string[][] {
    const complete = choice.fields[1] !== undefined && choice.fields[2] !== undefined;
    const entries: string[][] = [];
    for (const [at, [key, file]] of FILES.entries()) {
      const fieldChoice = choice.fields[at];
      if (fieldChoice === undefined || (at > 0 && !complete)) continue;
      entries.push(this.field(key, fieldChoice, { file, flow, id: `${key.slice(0, 2)}${String(index)}` }));
    }
    const truth =
      choice.insecure < 6
        ? TRUE[choice.insecure]
        : choice.insecure < 12
          ? FALSE[choice.insecure - 6]
          : undefined;
    if (truth !== undefined) entries.push([`insecure_skip_verify: ${truth}`]);
    if (choice.order % 4 === 1) entries.push(['server_name: x']);
    if (choice.order % 2 === 1) entries.reverse();
    if (choice.merge >= 13 && this.tlsAnchors.length > 0) {
      const merge = [`<<: *${this.pick(this.tlsAnchors, choice)}`];
      if (choice.merge === 13) entries.push(merge);
      else entries.unshift(merge);
    }
    if (entries.length === 0) entries.push(['min_version: TLS12']);
    return entries;
  }

  field(key: string, choice: FieldChoice, spell: { file: string; flow: boolean; id: string }): string[] {
    const path = `${DIRECTORIES[choice.directory] ?? LEGACY}/${spell.file}`;
    const comment = choice.comment && !spell.flow ? '  # why' : '';
    const one = (value: string): string[] => [`${key}: ${value}${comment}`];
    switch (choice.style) {
      case 1:
        return one(`'${path}'`);
      case 2:
        return one(`"${path}"`);
      case 3:
        return one(`"\\x2f${path.slice(1)}"`);
      case 4:
        return spell.flow ? one(path) : [`${key}: >-${comment}`, `    ${path}`];
      case 5:
        return spell.flow ? one(path) : [`${key}: |-${comment}`, `  ${path}`, ''];
      case 6:
        this.scalarAnchors.push(spell.id);
        return one(`&${spell.id} ${path}`);
      case 7:
      case 8: {
        const anchor = this.scalarAnchors[choice.directory % Math.max(this.scalarAnchors.length, 1)];
        return one(anchor === undefined ? path : `*${anchor}`);
      }
      case 9:
        return one(`!!str ${path}`);
      case 10:
        return [`"${key}" : ${path}${comment}`];
      case 11:
        return spell.flow ? one(path) : [`${key}:`, `   ${path}${comment}`];
      default:
        return one(path);
    }
  }
}
