// What StrykerJS loads, in each of its processes: `deciding-texts` leaves strings alone that only people read, `chosen`
// lets through the mutants of a sample and no other.
import { CheckStatus, type CheckResult, type Checker } from '@stryker-mutator/api/check';
import type { Ignorer } from '@stryker-mutator/api/ignore';
import {
  PluginKind,
  commonTokens,
  declareFactoryPlugin,
  declareValuePlugin,
  tokens,
} from '@stryker-mutator/api/plugin';

import { keyOfMutant, mutantOf } from './mutant.ts';

export const DECIDING_TEXTS = 'deciding-texts';
export const CHOSEN = 'chosen';

/** The part of a node of Babel's tree that is read here. */
interface Node {
  readonly type: string;
  readonly operator?: string;
  readonly callee?: Node;
  readonly object?: Node;
  readonly property?: Node & { readonly name?: string };
  readonly test?: Node | null;
}

interface Path {
  readonly node: Node;
  readonly parent: Node | undefined;
  readonly parentPath: Path | null;
}

const COMPARISONS = ['===', '!=='];
const QUESTIONS = ['includes', 'startsWith', 'endsWith', 'has', 'get'];

/** The text decides something: it is compared, or looked up. */
function decides({ node, parent, parentPath }: Path): boolean {
  switch (parent?.type) {
    case 'BinaryExpression':
      return COMPARISONS.includes(parent.operator ?? '');
    case 'SwitchCase':
      return parent.test === node;
    case 'CallExpression':
    case 'OptionalCallExpression':
      return parent.callee !== node && QUESTIONS.includes(parent.callee?.property?.name ?? '');
    case 'ArrayExpression':
      // ['a', 'b'].includes(value)
      return (
        parentPath?.parent?.type === 'MemberExpression' &&
        parentPath.parent.object === parent &&
        QUESTIONS.includes(parentPath.parent.property?.name ?? '')
      );
    case undefined:
    default:
      return false;
  }
}

export const decidingTexts: Ignorer = {
  shouldIgnore(path) {
    const at = path as Path;
    if (at.node.type !== 'StringLiteral' && at.node.type !== 'TemplateLiteral') return undefined;
    return decides(at) ? undefined : 'a text that only people read';
  },
};

/** `chosen` holds keys of mutants. */
export function chosenMutants(options: Readonly<Record<string, unknown>>): Checker {
  const chosen = new Set(options['chosen'] as readonly string[]);
  const root = process.cwd();
  return {
    init: () => Promise.resolve(),
    check: (mutants) =>
      Promise.resolve(
        Object.fromEntries(
          mutants.map((mutant): [string, CheckResult] => [
            mutant.id,
            chosen.has(keyOfMutant(mutantOf(mutant, root)))
              ? { status: CheckStatus.Passed }
              : { status: CheckStatus.CompileError, reason: 'not in the sample' },
          ]),
        ),
      ),
    // All at once: nothing is compiled.
    group: (mutants) => Promise.resolve([mutants.map(({ id }) => id)]),
  };
}
chosenMutants.inject = tokens(commonTokens.options);

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, DECIDING_TEXTS, decidingTexts),
  declareFactoryPlugin(PluginKind.Checker, CHOSEN, chosenMutants),
];

export const strykerValidationSchema = {
  properties: { chosen: { type: 'array', items: { type: 'string' }, default: [] } },
};
