import type { InputHTMLAttributes, ReactNode } from 'react';
import { useId } from 'react';

/** One of a few, side by side. */
export function Segments<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly (readonly [value: T, label: ReactNode])[];
  onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <fieldset className="segments">
      <legend className="hidden">{label}</legend>
      {options.map(([each, text]) => (
        <label key={each} className={each === value ? 'chosen' : ''}>
          <input type="radio" name={name} checked={each === value} onChange={() => onChange(each)} />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

/** A label above what it names, and a remark or a complaint below. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  children: ReactNode;
}) {
  return (
    <label className="field">
      <span className="field-label">{label}</span>
      {children}
      {error ? <span className="field-error">{error}</span> : hint && <span className="field-hint">{hint}</span>}
    </label>
  );
}

export function Check({ label, ...native }: { label: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className="check">
      <input type="checkbox" {...native} />
      <span>{label}</span>
    </label>
  );
}

export function Badge({
  children,
  look = '',
}: {
  children: ReactNode;
  look?: 'good' | 'warn' | 'bad' | 'accent' | '';
}) {
  return <span className={`badge ${look}`}>{children}</span>;
}
