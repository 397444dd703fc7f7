/** Moments as they were written. */
import { InvalidArgument } from './errors.js';

const DAY = 86_400_000;
/** The calendar repeats itself; Date.UTC takes years below 100 for others. */
const CYCLE_YEARS = 400;
const CYCLE = 146_097 * DAY;
const SHAPE = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d(:?\d\d)?)$/;
const OFFSET = /([+-])(\d\d):?(\d\d)?$/;

/**
 * A Date that knows the text it was made of, and is sent as that text while it has that moment: no
 * digit is lost, however fine. Set to another moment, it is sent as any Date is.
 *
 * A Date counts milliseconds. What is finer is cut off, so the moment is never later than the text
 * says; a leap second is the last millisecond before it. Two of them are equal when their moments
 * are, as with every Date. `structuredClone` makes a Date of it, without the text.
 */
export class Timestamp extends Date {
  readonly #written: string;

  /**
   * Of a date-time of RFC 3339, which has an offset: throws InvalidArgument for another text. Or as
   * any Date is made, of milliseconds or of a date: what copies dates calls their constructor.
   */
  constructor(value: string | number | Date) {
    const isText = typeof value === 'string';
    const moment = isText ? momentOf(value) : Number(value);
    if (isText && Number.isNaN(moment)) {
      throw new InvalidArgument(`${JSON.stringify(value)}: not a date-time with an offset`);
    }
    super(moment);
    this.#written = value instanceof Timestamp ? value.#written : isText ? value : '';
  }

  /**
   * What is sent: the text it was made of, or that of the moment it was set to since. Throws
   * RangeError when it is at none.
   */
  get text(): string {
    return momentOf(this.#written) === this.getTime() ? this.#written : this.toISOString();
  }

  /** For JSON.stringify: `text`; null for a date without a moment, as of any other. */
  override toJSON(): string {
    return super.toJSON() && this.text;
  }
}

/**
 * The milliseconds since 1970 of a date-time: of RFC 3339, and with a space for its T or an offset
 * without colon or minutes. NaN for any other text, and where there is no such moment.
 */
export function momentOf(text: string): number {
  if (!SHAPE.test(text)) return NaN;
  const year = pair(text, 0) * 100 + pair(text, 2) + CYCLE_YEARS;
  const month = pair(text, 5);
  const day = pair(text, 8);
  const hour = pair(text, 11);
  const minute = pair(text, 14);
  const second = pair(text, 17);
  const ahead = offsetOf(text);
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return NaN;
  if (day > 28 && day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return NaN;
  const leap = second === 60;
  const whole = Date.UTC(year, month - 1, day, hour, minute, leap ? 59 : second) - CYCLE;
  const moment = whole + (leap ? 999 : thousandths(text)) - ahead;
  return leap && (moment + 1) % DAY !== 0 ? NaN : moment;
}

/** A date-time that `momentOf` takes as RFC 3339 writes it, with all of its digits. */
export function rfc3339(text: string): string {
  return text
    .replace(' ', 'T')
    .replace(/([+-]\d\d):?(\d\d)?$/, (_, hours: string, minutes = '00') => `${hours}:${minutes}`);
}

/** The number that two digits are. */
function pair(text: string, at: number): number {
  return text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;
}

/** The whole milliseconds in the fraction of a second, if there is one. */
function thousandths(text: string): number {
  let sum = 0;
  for (let unit = 100, at = 20; unit >= 1 && text[19] === '.'; unit /= 10, at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    sum += digit * unit;
  }
  return sum;
}

/** The milliseconds that a date-time is ahead of UTC; NaN when that is no offset. */
function offsetOf(text: string): number {
  const found = text.endsWith('Z') ? null : OFFSET.exec(text);
  if (!found) return 0;
  const [, sign, hours, minutes = 0] = found;
  if (Number(hours) > 23 || Number(minutes) > 59) return NaN;
  const ahead = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -ahead : ahead;
}
