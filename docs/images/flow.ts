// Draws docs/images/flow.svg, the picture of README.md: boxes and arrows as text here, so that a change of it is a diff.
// Run by `npm run generate`; a test compares. Colours follow the reader's light or dark mode by the style in the picture.
import { writeFile } from 'node:fs/promises';

const WIDTH = 860;
const HEIGHT = 452;

type Look = 'plain' | 'ours' | 'dead' | 'frame';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly look: Look;
  /** The first line is a title. */
  readonly lines: readonly string[];
}

interface Arrow {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly look: 'plain' | 'ours' | 'dead';
  /** Above the middle of the arrow, or beside it where it goes up. */
  readonly label?: string;
}

interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly look: 'heading' | 'small';
}

const BOXES: readonly Box[] = [
  { x: 24, y: 56, width: 136, height: 62, look: 'plain', lines: ['istiod', 'from Istio 1.6 on'] },
  {
    x: 252,
    y: 56,
    width: 158,
    height: 62,
    look: 'dead',
    lines: ['Secret istio.default', 'nobody renews it'],
  },
  { x: 502, y: 56, width: 138, height: 62, look: 'plain', lines: ['Prometheus', 'reads /etc/certs'] },
  { x: 744, y: 56, width: 92, height: 62, look: 'plain', lines: ['your pods', 'STRICT mTLS'] },

  { x: 24, y: 220, width: 130, height: 62, look: 'plain', lines: ['istiod', 'signs certificates'] },
  { x: 216, y: 184, width: 454, height: 114, look: 'frame', lines: ['pod of Prometheus'] },
  { x: 228, y: 220, width: 134, height: 62, look: 'ours', lines: ['istio-proxy', 'intercepts nothing'] },
  { x: 388, y: 220, width: 134, height: 62, look: 'ours', lines: ['memory volume', 'renewed files'] },
  { x: 548, y: 220, width: 110, height: 62, look: 'plain', lines: ['Prometheus', '/etc/prom-certs'] },
  { x: 744, y: 220, width: 92, height: 62, look: 'plain', lines: ['your pods', 'STRICT mTLS'] },

  { x: 24, y: 348, width: 812, height: 80, look: 'ours', lines: [] },
];

const ARROWS: readonly Arrow[] = [
  { from: [410, 87], to: [502, 87], look: 'plain', label: 'mounted' },
  { from: [640, 87], to: [744, 87], look: 'dead', label: 'fails quietly' },
  { from: [154, 251], to: [228, 251], look: 'plain', label: 'renews' },
  { from: [362, 251], to: [388, 251], look: 'plain' },
  { from: [522, 251], to: [548, 251], look: 'plain' },
  { from: [658, 251], to: [744, 251], look: 'plain', label: 'scrapes' },
  { from: [238, 348], to: [238, 300], look: 'ours', label: '1  Sidecar, PeerAuthentication' },
  { from: [454, 348], to: [454, 300], look: 'ours', label: '2  pod template' },
  { from: [604, 348], to: [604, 300], look: 'ours', label: '3  prometheus.yaml' },
];

const LABELS: readonly Label[] = [
  { x: 24, y: 36, text: 'Before: works until the leftover certificate expires', look: 'heading' },
  {
    x: 24,
    y: 164,
    text: 'After: the certificates are renewed, and the files exist before a job names them',
    look: 'heading',
  },
  { x: 206, y: 92, text: '✕', look: 'heading' },
  { x: 44, y: 382, text: 'meshscrape', look: 'heading' },
  { x: 44, y: 408, text: 'writes 1, 2, 3 in this order; 3 only when every pod has the files', look: 'small' },
  { x: 500, y: 382, text: 'corrects drift, field by field', look: 'small' },
  { x: 500, y: 408, text: 'reports it all: kubectl get promscrape', look: 'small' },
];

const STYLE = `
    .paper { fill: #ffffff; stroke: #d0d7de; }
    .plain { fill: #f6f8fa; stroke: #57606a; }
    .ours { fill: #ddf4ff; stroke: #0969da; }
    .dead { fill: #ffebe9; stroke: #cf222e; stroke-dasharray: 5 4; }
    .frame { fill: none; stroke: #8c959f; stroke-dasharray: 2 4; }
    text { fill: #1f2328; font: 13px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; }
    .title, .heading { font-weight: 600; }
    .heading { font-size: 15px; }
    .line { fill: none; stroke: #57606a; stroke-width: 1.5; }
    .line-ours { fill: none; stroke: #0969da; stroke-width: 1.5; }
    .line-dead { fill: none; stroke: #cf222e; stroke-width: 1.5; stroke-dasharray: 5 4; }
    .tip { fill: #57606a; }
    .tip-ours { fill: #0969da; }
    .tip-dead { fill: #cf222e; }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #0d1117; stroke: #30363d; }
      .plain { fill: #161b22; stroke: #8b949e; }
      .ours { fill: #0c2d4d; stroke: #58a6ff; }
      .dead { fill: #3c1618; stroke: #f85149; }
      .frame { stroke: #6e7681; }
      text { fill: #e6edf3; }
      .line { stroke: #8b949e; }
      .line-ours { stroke: #58a6ff; }
      .line-dead { stroke: #f85149; }
      .tip { fill: #8b949e; }
      .tip-ours { fill: #58a6ff; }
      .tip-dead { fill: #f85149; }
    }`;

/** The whole picture, with a newline at its end. */
export function drawFlow(): string {
  const parts = [
    `<rect class="paper" x="0.5" y="0.5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="8"/>`,
    ...BOXES.flatMap(drawBox),
    ...ARROWS.flatMap(drawArrow),
    ...LABELS.map(({ x, y, text, look }) => `<text class="${look}" x="${x}" y="${y}">${escape(text)}</text>`),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title">
  <title id="title">Before: Prometheus reads a secret that nobody renews. After: an istio-proxy beside it writes renewed certificates into a memory volume, set up and watched by meshscrape.</title>
  <style>${STYLE}
  </style>
${parts.map((part) => `  ${part}`).join('\n')}
</svg>
`;
}

function drawBox({ x, y, width, height, look, lines }: Box): readonly string[] {
  const rectangle = `<rect class="${look}" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`;
  const [title, ...rest] = lines;
  if (title === undefined) return [rectangle];
  // The title of a frame is in its corner: boxes fill its middle.
  if (look === 'frame') return [rectangle, `<text x="${x + 14}" y="${y + 24}">${escape(title)}</text>`];
  const middle = x + width / 2;
  const first = y + height / 2 + 5 - rest.length * 9;
  return [
    rectangle,
    `<text class="title" x="${middle}" y="${first}" text-anchor="middle">${escape(title)}</text>`,
    ...rest.map(
      (line, index) =>
        `<text x="${middle}" y="${first + 19 * (index + 1)}" text-anchor="middle">${escape(line)}</text>`,
    ),
  ];
}

const TIP = 7;

function drawArrow({ from, to, look, label }: Arrow): readonly string[] {
  const [x1, y1] = from;
  const [x2, y2] = to;
  const suffix = look === 'plain' ? '' : `-${look}`;
  const isUp = x1 === x2;
  const tip = isUp
    ? `M${x2 - TIP / 2} ${y2 + TIP} L${x2} ${y2} L${x2 + TIP / 2} ${y2 + TIP} Z`
    : `M${x2 - TIP} ${y2 - TIP / 2} L${x2} ${y2} L${x2 - TIP} ${y2 + TIP / 2} Z`;
  const line = isUp ? `M${x1} ${y1} V${y2 + TIP}` : `M${x1} ${y1} H${x2 - TIP}`;
  return [
    `<path class="line${suffix}" d="${line}"/>`,
    `<path class="tip${suffix}" d="${tip}"/>`,
    ...(label === undefined
      ? []
      : [drawLabel(label, { x1, x2, y: isUp ? (y1 + y2) / 2 + 5 : y1 - 8 }, isUp)]),
  ];
}

function drawLabel(
  label: string,
  { x1, x2, y }: { readonly x1: number; readonly x2: number; readonly y: number },
  isUp: boolean,
): string {
  return isUp
    ? `<text x="${x1 + 8}" y="${y}">${escape(label)}</text>`
    : `<text x="${(x1 + x2) / 2}" y="${y}" text-anchor="middle">${escape(label)}</text>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

if (import.meta.main) await writeFile(new URL('flow.svg', import.meta.url), drawFlow());
