// The table of templates as tests: what an injector answers is what the row says.
import { expect, it } from 'vitest';

import type { Question } from '../injection-answers.ts';
import { askInjector, orderOf, outputOf } from '../injection-answers.ts';
import { TEMPLATES } from './all.ts';

/** To be called in a describe of the injector that injects in that namespace. */
export function holdsFor(where: () => Omit<Question, 'native'>): void {
  const rows = TEMPLATES.flatMap(({ native, classic, output, ...row }) =>
    [
      { way: 'native', isNative: true, order: native },
      { way: 'classic', isNative: false, order: classic },
    ].map((way) => ({
      ...row,
      ...way,
      output: typeof output === 'object' ? output[way.isNative ? 'native' : 'classic'] : output,
    })),
  );
  it.each(rows)('makes of $name, $way: $order', async ({ template, isNative, order, output }) => {
    const answer = await askInjector(template, { ...where(), native: isNative });
    if (answer.kind === 'refused') expect(answer.message).toContain(order);
    else expect({ order: orderOf(answer.pod), output: outputOf(answer.pod) }).toEqual({ order, output });
  });
}
