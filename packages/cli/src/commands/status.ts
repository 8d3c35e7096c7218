import { announced } from '@cfg/core';
import { exitCodes } from '../program/exit-code.js';
import type { Session } from '../program/session.js';

export async function status(session: Session): Promise<number> {
  const { output, signal } = session;
  const { address } = session.connection;
  const store = await session.connect();
  const { ok, message = '' } = await store.health({ signal });
  const features = announced.filter((feature) => store.features.has(feature));
  await output.record({ address, ok, message, features }, () => {
    const health = ok ? output.paint('green', 'ok') : `${output.paint('red', 'not ok')}: ${message}`;
    return `address   ${address}\nhealth    ${health}\nfeatures  ${features.join(' ') || 'none announced'}`;
  });
  return ok ? exitCodes.done : exitCodes.failed;
}
