// What the config part is evaluated from.
import type { Container, StatefulSet } from '../../api/kubernetes.ts';
import type { Snapshot } from '../model/snapshot.ts';

export interface ConfigInput {
  readonly snapshot: Snapshot;
  readonly statefulSet: StatefulSet;
  readonly container: Container;
}
