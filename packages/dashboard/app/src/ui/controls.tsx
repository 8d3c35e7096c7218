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

export interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

/** A label above a control, and a remark or a complaint below, which it ties together. */
export function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  children: (control: ControlProps) => ReactNode;
}) {
  const id = useId();
  const below = error ?? hint;
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': below ? `${id}-below` : undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {below && (
        <span id={`${id}-below`} className={error ? 'field-error' : 'field-hint'}>
          {below}
        </span>
      )}
    </div>
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
