/** Date-times as RFC 3339 writes them. */

const RFC3339 = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** Whether `text` is a date-time of RFC 3339, and there is such a moment. */
export function isDateTime(text: string): boolean {
  const day = RFC3339.exec(text)?.[1];
  if (
    day === undefined ||
    Number.isNaN(Date.parse(text.toUpperCase().replace(/:60(?=[.Z+-])/, ':59')))
  ) {
    return false;
  }
  // 30 February would be a day of March.
  return day.slice(0, 4) !== '0000' && new Date(`${day}T00:00Z`).toISOString().startsWith(day);
}
