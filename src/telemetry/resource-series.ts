// One metric whose series belong to resources. It knows which series a resource has, so that those that no longer apply
// disappear, and all of them with the resource.
import { Counter, Gauge, type Registry } from 'prom-client';

export interface Sample {
  /** Beside `namespace` and `name`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface SeriesOptions {
  readonly name: string;
  readonly help: string;
  /** Beside `namespace` and `name`. */
  readonly labelNames: readonly string[];
}

/** A gauge or counter as prom-client has it; a counter is only ever added to. */
type Metric = Pick<Gauge | Counter, 'inc' | 'remove'>;

class Series {
  readonly #metric: Metric;
  readonly #known = new Map<string, readonly Sample['labels'][]>();

  constructor(metric: Metric) {
    this.#metric = metric;
  }

  /** Removes every series of the resource (`namespace/name`). */
  forget(key: string): void {
    this.replaceSeries(key, []);
    this.#known.delete(key);
  }

  /** The resource has these series now, and no others. */
  protected replaceSeries(key: string, labels: readonly Sample['labels'][]): void {
    const current = new Set(labels.map(labelsKey));
    for (const old of this.#known.get(key) ?? []) {
      if (!current.has(labelsKey(old))) this.#metric.remove(allLabels(key, old));
    }
    this.#known.set(key, labels);
  }

  /** The resource has this series too. */
  protected addSeries(key: string, labels: Sample['labels']): void {
    const known = this.#known.get(key) ?? [];
    if (!known.some((each) => labelsKey(each) === labelsKey(labels)))
      this.#known.set(key, [...known, labels]);
  }
}

/** Of each resource, what is now. */
export class ResourceGauge extends Series {
  readonly #gauge: Gauge;

  constructor(registry: Registry, options: SeriesOptions) {
    const gauge = new Gauge(prometheusOptions(registry, options));
    super(gauge);
    this.#gauge = gauge;
  }

  /** Sets these series of the resource and removes its others. */
  set(key: string, samples: readonly Sample[]): void {
    this.replaceSeries(
      key,
      samples.map(({ labels }) => labels),
    );
    for (const { labels, value } of samples) this.#gauge.set(allLabels(key, labels), value);
  }
}

/** Of each resource, what has happened since the controller started. */
export class ResourceCounter extends Series {
  readonly #counter: Counter;

  constructor(registry: Registry, options: SeriesOptions) {
    const counter = new Counter(prometheusOptions(registry, options));
    super(counter);
    this.#counter = counter;
  }

  /** Adds; 0 makes the series, so that its first increase is one for `rate()` too. */
  add(key: string, { labels, value }: Sample): void {
    this.addSeries(key, labels);
    this.#counter.inc(allLabels(key, labels), value);
  }
}

function prometheusOptions(
  registry: Registry,
  { name, help, labelNames }: SeriesOptions,
): {
  name: string;
  help: string;
  labelNames: string[];
  registers: Registry[];
} {
  return { name, help, labelNames: [...labelNames, 'namespace', 'name'], registers: [registry] };
}

/** The labels of a series of the resource `namespace/name`. */
function allLabels(key: string, labels: Sample['labels']): Record<string, string> {
  const slash = key.indexOf('/');
  return { ...labels, namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

function labelsKey(labels: Sample['labels']): string {
  return JSON.stringify(Object.values(labels));
}
