/** Guards for records that were read from JSON: what does not fit was not written by this gateway. */

export type Guard<T> = (value: unknown) => value is T;
type Guarded<G> = G extends Guard<infer T> ? T : never;

export const text: Guard<string> = (value): value is string => typeof value === 'string';
export const whole: Guard<number> = (value): value is number => Number.isSafeInteger(value);
export const flag: Guard<boolean> = (value): value is boolean => typeof value === 'boolean';

export function orNull<T>(of: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || of(value);
}

export function listOf<T>(of: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every((item) => of(item));
}

/** One of the names of a closed list of protocol/access-messages.ts. */
export function oneOf<const N extends Record<string, unknown>>(names: N): Guard<keyof N & string> {
  return (value): value is keyof N & string => typeof value === 'string' && Object.hasOwn(names, value);
}

export function shape<const F extends Record<string, Guard<unknown>>>(
  fields: F,
): Guard<{ readonly [K in keyof F]: Guarded<F[K]> }> {
  const names = Object.keys(fields);
  return (value): value is { readonly [K in keyof F]: Guarded<F[K]> } => {
    if (typeof value !== 'object' || value === null) return false;
    const record = value as Record<string, unknown>;
    return names.every((name) => fields[name](record[name]));
  };
}

export type Shaped<G> = Guarded<G>;
