/** Moments as they were written. */
import { InvalidArgument } from './errors.js';

const DAY = 86_400_000;
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

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

  /** Throws InvalidArgument unless `text` is a date-time of RFC 3339, which has an offset. */
  constructor(text: string) {
    const moment = momentOf(text);
    if (Number.isNaN(moment)) {
      throw new InvalidArgument(`${JSON.stringify(text)}: not a date-time with an offset`);
    }
    super(moment);
    this.#written = text;
  }

  /** What is sent: the text it was made of, or that of the moment it was set to since. */
  get text(): string {
    return momentOf(this.#written) === this.getTime() ? this.#written : this.toISOString();
  }

  /** For JSON.stringify: `text`. */
  override toJSON(): string {
    return this.text;
  }
}

/**
 * The milliseconds since 1970 of a date-time: of RFC 3339, and with a space for its T or an offset
 * without colon or minutes. NaN for any other text, and where there is no such moment.
 */
export function momentOf(text: string): number {
  const separator = text.charCodeAt(10) | 32; // T, t or a space
  if ((separator !== 116 && separator !== 32) || !marked(text)) return NaN;
  const second = two(text, 17);
  const leap = second === 60;
  const end = afterFraction(text);
  const time =
    dayOf(text) * DAY +
    (hourOf(text, 11, 14) * 60 - offsetOf(text, end)) * 60_000 +
    (leap ? 59_999 : second * 1000 + thousandths(text, end));
  if (second > 60 || (leap && (time + DAY + 1) % DAY !== 0)) return NaN;
  return time;
}

/** Whether the marks between the numbers are in their places. */
function marked(text: string): boolean {
  return (
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(7) === 45 &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58
  );
}

/** The digit at a place; NaN for anything else there. */
function one(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 ? digit : NaN;
}

function two(text: string, at: number): number {
  return one(text, at) * 10 + one(text, at + 1);
}

/** Days since 1970. */
function dayOf(text: string): number {
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = leap && month === 2 ? 29 : LENGTHS[month - 1];
  if (last === undefined || !(day >= 1 && day <= last)) return NaN;
  const march = month > 2 ? year : year - 1; // years that begin in March end with the leap day
  const months = Math.floor((153 * ((month + 9) % 12) + 2) / 5);
  const days = 365 * march + Math.floor(march / 4) - Math.floor(march / 100);
  return days + Math.floor(march / 400) + months + day - 719_469;
}

/** Minutes since midnight. */
function hourOf(text: string, hours: number, minutes: number): number {
  const hour = two(text, hours);
  const minute = two(text, minutes);
  return hour < 24 && minute < 60 ? hour * 60 + minute : NaN;
}

/** Where the fraction of a second ends. A point with no digit behind it is none. */
function afterFraction(text: string): number {
  let at = 19;
  if (text.charCodeAt(at) === 46) {
    do at += 1;
    while (one(text, at) >= 0);
  }
  return at === 20 ? NaN : at;
}

/** The milliseconds of a fraction that ends at `end`. */
function thousandths(text: string, end: number): number {
  let sum = 0;
  for (let at = 20, worth = 100; at < end && worth >= 1; at += 1, worth /= 10) {
    sum += one(text, at) * worth;
  }
  return sum;
}

/** The minutes of the offset, which begins at `at` and ends the text. */
function offsetOf(text: string, at: number): number {
  const sign = text.charCodeAt(at);
  const left = text.length - at;
  if ((sign | 32) === 122) return left === 1 ? 0 : NaN;
  if (sign !== 43 && sign !== 45) return NaN;
  const colon = text.charCodeAt(at + 3) === 58;
  if (left !== 3 && left !== (colon ? 6 : 5)) return NaN;
  const minutes = left === 3 ? two(text, at + 1) * 60 : hourOf(text, at + 1, at + (colon ? 4 : 3));
  if (!(minutes < 1440)) return NaN;
  return sign === 45 ? -minutes : minutes;
}
