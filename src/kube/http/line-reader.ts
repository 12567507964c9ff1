// Cuts a byte stream into lines: a watch answers one JSON object per line, split anywhere between chunks.

/** A function to feed chunks into; calls `onLine` for each whole line, without its newline. Empty lines are left out. */
export function lineReader(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest: Buffer[] = [];
  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      // Decoded only as a whole line, so that no character is cut in two.
      const line = Buffer.concat([...rest, chunk.subarray(from, end)]).toString('utf8');
      rest = [];
      from = end + 1;
      if (line !== '') onLine(line);
    }
    if (from < chunk.length) rest.push(Buffer.from(chunk.subarray(from)));
  };
}
