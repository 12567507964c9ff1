// Which pools scrape with success today, asked before the first write: where a secret cannot be read, Restore goes by it.
// A Prometheus that cannot be asked says nothing, and no write waits for it.
import { answerTo, type NeedOf } from '../model/reads.ts';
import type { Subject } from '../model/subject.ts';
import { askOf, endpointsOf } from './prometheus-endpoint.ts';

export interface ScrapedPools {
  readonly needs: readonly NeedOf<'Prometheus'>[];
  /** Pools with a target that is up. */
  readonly up: ReadonlySet<string>;
}

export function scrapedPools({ snapshot, workload, container }: Subject): ScrapedPools {
  const asked = endpointsOf(workload, container).flatMap((each) =>
    each.kind === 'endpoint' ? [askOf(each.endpoint)] : [],
  );
  const answers = asked.map((need) => answerTo(snapshot.reads, need));
  const targets = answers.flatMap((answer) => (answer?.kind === 'answered' ? answer.targets : []));
  return {
    needs: asked.filter((_, index) => answers[index] === undefined),
    up: new Set(targets.filter(({ health }) => health === 'up').map(({ scrapePool }) => scrapePool)),
  };
}
