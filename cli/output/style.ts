/** How text is set off. Plain text where nobody could see it. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly bad: (text: string) => string;
}

const asItIs = (text: string): string => text;

export const plainStyle: Style = { bold: asItIs, dim: asItIs, good: asItIs, warning: asItIs, bad: asItIs };

/** ECMA-48 §8.3.117 (SGR). */
const controlSequence = '\u001b[';

export const colourStyle: Style = {
  bold: between(1, 22),
  dim: between(2, 22),
  good: between(32, 39),
  warning: between(33, 39),
  bad: between(31, 39),
};

function between(on: number, off: number): (text: string) => string {
  return (text) => (text === '' ? '' : `${controlSequence}${on}m${text}${controlSequence}${off}m`);
}

/** As a terminal shows it. */
export function visibleText(text: string): string {
  return text
    .split(controlSequence)
    .map((part, index) => (index === 0 ? part : part.replace(/^[0-9;]*m/, '')))
    .join('');
}
