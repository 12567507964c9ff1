// Where the documentation explains a reason or a finding code: the one place that knows the address. It is relative to the
// repository as long as the project has no site.

export const TROUBLESHOOTING_PAGE = 'docs/troubleshooting.md';

/** The anchor of the section about `name` on that page, as GitHub makes it from its heading. */
export function docsAnchorOf(name: string): string {
  return name.toLowerCase();
}

/** The address that messages and Events name. */
export function docsAddressOf(name: string): string {
  return `${TROUBLESHOOTING_PAGE}#${docsAnchorOf(name)}`;
}
