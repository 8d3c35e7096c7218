import { ErrorCode } from './protocol.js';

/** Why a frame cannot be taken: the connection ends with that code. */
export interface FrameFault {
  readonly code: ErrorCode;
  readonly reason: string;
  /** Whether it is a limit that was passed, rather than the protocol broken. */
  readonly limit: boolean;
}

export const broken = (reason: string, code: ErrorCode = ErrorCode.protocolError): FrameFault => ({
  code,
  reason,
  limit: false,
});

export const beyond = (reason: string): FrameFault => ({ code: ErrorCode.enhanceYourCalm, reason, limit: true });
