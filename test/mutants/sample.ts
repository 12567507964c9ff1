// A sample by chance that can be drawn again: each mutant's place in the draw is the hash of the seed and its own key.
// So a change of one file leaves the rest of the sample as it was.
import { createHash } from 'node:crypto';

import { keyOfMutant, type Mutant } from './mutant.ts';

export function drawSample(
  mutants: readonly Mutant[],
  { size, seed }: { readonly size: number; readonly seed: number },
): readonly Mutant[] {
  return mutants
    .map((mutant) => ({
      mutant,
      place: createHash('sha256')
        .update(`${seed} ${keyOfMutant(mutant)}`)
        .digest('hex'),
    }))
    .toSorted((a, b) => (a.place < b.place ? -1 : 1))
    .slice(0, size)
    .map(({ mutant }) => mutant);
}
