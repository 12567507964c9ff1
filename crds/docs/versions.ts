// What not every istio-proxy does, from the table that the controller itself uses.
import { docsAnchorOf } from '../../src/api/docs-address.ts';
import { FINDINGS } from '../../src/api/findings.ts';
import { PROXY_GATES } from '../../src/plan/istio-proxy/proxy-versions.ts';
import { code, plain, table } from './markdown.ts';

/** `troubleshooting` is the way from the page to the page of findings. */
export function versionsBlock(troubleshooting: string): string {
  const rows = PROXY_GATES.map(({ code: name, from, before, where }) => {
    const bounds = [from === undefined ? [] : `from ${from}`, before === undefined ? [] : `before ${before}`];
    const versions = bounds.flat().join(', ');
    return [
      versions === '' ? 'any' : versions,
      where?.words ?? 'always',
      `[${code(name)}](${troubleshooting}#${docsAnchorOf(name)})`,
      plain(FINDINGS[name].meaning),
    ];
  });
  return table(['`istio-proxy`', 'Where', 'Finding', 'Meaning'], rows);
}
