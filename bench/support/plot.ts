/** Groups of bars: a group a label, a bar a series; `limit` draws the aim. */
export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly groups: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  readonly limit?: number;
  /** Powers of ten up the side, for what lies far apart. */
  readonly logarithmic?: boolean;
}

const WIDTH = 760;
const HEIGHT = 340;
const LEFT = 64;
const TOP = 56;
const BOTTOM = 68;
/** Labels of narrower groups are turned. */
const SMALL_ROOM = 90;
const colours = ['#2b6cb0', '#a0aec0', '#dd6b20', '#38a169', '#805ad5'];

/** Draws a chart as SVG, complete in itself. */
export function plotOf(chart: Chart): string {
  const values = chart.series.flatMap((one) => one.values).filter((value) => value !== null && value > 0);
  const most = Math.max(...(values as number[]), chart.limit ?? 0, 1e-9) * 1.08;
  const least =
    chart.logarithmic === true ? 10 ** Math.floor(Math.log10(Math.min(...(values as number[])))) : 0;
  const height = HEIGHT - TOP - BOTTOM;
  const share = (value: number) =>
    chart.logarithmic === true ? Math.log(value / least) / Math.log(most / least) : value / most;
  const y = (value: number) => TOP + height * (1 - Math.max(0, share(value)));
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(chart.title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(LEFT, 20, `${chart.title} (${chart.unit})`, 'font-size="14" font-weight="bold"'),
  ];
  for (const tick of ticks(least, most, chart.logarithmic === true)) {
    parts.push(`<path d="M${LEFT} ${y(tick).toFixed(1)}H${WIDTH - 12}" stroke="#e2e8f0"/>`);
    parts.push(text(LEFT - 6, y(tick) + 4, short(tick), 'text-anchor="end" fill="#4a5568"'));
  }
  const room = (WIDTH - LEFT - 12) / chart.groups.length;
  const bar = (room * 0.8) / chart.series.length;
  for (const [i, group] of chart.groups.entries()) {
    const left = LEFT + room * i + room * 0.1;
    for (const [j, { values: heights }] of chart.series.entries()) {
      const value = heights[i] ?? null;
      if (value === null) continue;
      const x = left + bar * j;
      const colour = colours[j % colours.length];
      parts.push(
        `<rect x="${x.toFixed(1)}" y="${y(value).toFixed(1)}" width="${Math.max(1, bar - 1).toFixed(1)}" height="${(TOP + height - y(value)).toFixed(1)}" fill="${colour}"><title>${short(value)}</title></rect>`,
      );
      if (bar > 22)
        parts.push(text(x + bar / 2, y(value) - 3, short(value), 'text-anchor="middle" font-size="10"'));
    }
    const middle = LEFT + room * (i + 0.5);
    const low = HEIGHT - BOTTOM + 16;
    const turned = `text-anchor="end" transform="rotate(-35 ${middle.toFixed(1)} ${low})"`;
    parts.push(text(middle, low, group, room < SMALL_ROOM ? turned : 'text-anchor="middle"'));
  }
  if (chart.limit !== undefined) {
    parts.push(
      `<path d="M${LEFT} ${y(chart.limit).toFixed(1)}H${WIDTH - 12}" stroke="#c53030" stroke-dasharray="5 4"/>`,
    );
    parts.push(
      text(WIDTH - 14, y(chart.limit) - 4, `aim ${short(chart.limit)}`, 'text-anchor="end" fill="#c53030"'),
    );
  }
  for (const [j, { name }] of chart.series.entries()) {
    const x = LEFT + 170 * j;
    parts.push(`<rect x="${x}" y="30" width="10" height="10" fill="${colours[j % colours.length]}"/>`);
    parts.push(text(x + 15, 39, name));
  }
  return `${parts.join('\n')}\n</svg>\n`;
}

function text(x: number, y: number, words: string, more = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function ticks(least: number, most: number, logarithmic: boolean): number[] {
  const found: number[] = [];
  if (logarithmic) {
    for (let tick = least; tick <= most; tick *= 10) found.push(tick);
    return found;
  }
  const rough = 10 ** Math.floor(Math.log10(most / 4));
  const step = [1, 2, 5, 10].map((factor) => factor * rough).find((one) => most / one <= 6) ?? rough * 10;
  for (let tick = 0; tick <= most; tick += step) found.push(tick);
  return found;
}

/** Three digits are all a picture has to say. */
function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
