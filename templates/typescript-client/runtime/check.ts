/** What the checks of values have in common. */

/** A value that is not what its schema says. The message says where, and what is wrong. */
export class Mismatch extends Error {}
