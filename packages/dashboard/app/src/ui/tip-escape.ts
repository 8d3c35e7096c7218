const taken = new WeakSet<Event>();

/** Notes that a tip was closed by the key. */
export const takenByTip = (event: Event): void => void taken.add(event);

/**
 * Whether Escape has closed a tip and nothing else. A tip shows by itself, so the key still does what it is pressed for:
 * a tip prevents the event's default, which would leave a dialog open.
 */
export const isTakenByTip = (event: Event): boolean => taken.has(event);
