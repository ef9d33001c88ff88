import { styleText } from 'node:util';

export type Colour = 'green' | 'yellow' | 'red' | 'cyan' | 'gray' | 'bold';

/** The text in a colour, where there are colours. */
export function paint(text: string, colour: Colour | undefined, colours: boolean): string {
  return colours && colour !== undefined && text !== ''
    ? styleText(colour, text, { validateStream: false })
    : text;
}
