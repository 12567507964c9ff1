// Paths as they are written, not as a file system would resolve them.

/** `/etc/certs/` names the same directory as `/etc/certs`; `/` gives ''. */
export function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}
