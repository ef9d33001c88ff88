/** Whether a release of Linux, as uname(2) has it, came before another: `6.1.0-32-amd64` before `6.4`. */
export function isBefore(release: string, other: string): boolean {
  const [left, right] = [release, other].map((version) => version.split(/[.-]/).map(Number));
  for (const at of [0, 1, 2]) {
    const difference = (left?.[at] || 0) - (right?.[at] || 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
