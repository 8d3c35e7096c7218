import { type Messages, type MessageType, messageTypes } from './gen/messages.js';

/** The full name of a message, `config.v1.Entry` for one. */
export type MessageName = keyof Messages;

export function isMessageName(name: string): name is MessageName {
  return Object.hasOwn(messageTypes, name);
}

/**
 * The functions that make, encode and decode messages of one type.
 * @throws Error on a name that is not of a message of this package.
 */
export function messageType<Name extends MessageName>(typeName: Name): MessageType<Messages[Name]> {
  if (!isMessageName(typeName)) throw new Error(`unknown message type ${JSON.stringify(typeName)}`);
  return messageTypes[typeName];
}
