import { glob } from '@cfg/core/store';
import type { ClientCertificate } from '../client-certificate.js';
import { PolicyFault, type RbacCertificate } from './policy.js';

/** The bearer of a certificate. */
export interface CertificateBearer {
  readonly user: string;
  readonly roles: readonly string[];
}

interface Known {
  readonly certificate: RbacCertificate;
  readonly attributes: readonly (readonly [name: string, pattern: RegExp])[];
}

/** The client certificates of a policy. Whether one is valid, TLS has found out. */
export class CertificateTable {
  readonly #known: readonly Known[];

  constructor(certificates: readonly RbacCertificate[]) {
    this.#known = certificates.map((certificate, at) => {
      const attributes = Object.entries(certificate.subject).map(([name, value]) => [name, glob(value)] as const);
      if (attributes.length === 0) throw new PolicyFault(['certificates', at, 'subject'], 'must name an attribute');
      return { certificate, attributes };
    });
  }

  find({ subject }: ClientCertificate): CertificateBearer | undefined {
    for (const { certificate, attributes } of this.#known) {
      // An attribute that is there twice is a list, and matches nothing.
      const matches = attributes.every(([name, pattern]) => {
        const value = subject[name];
        return typeof value === 'string' && pattern.test(value);
      });
      const user = certificate.user ?? subject.CN;
      if (matches && typeof user === 'string' && user !== '') return { user, roles: certificate.roles ?? [] };
    }
    return undefined;
  }
}
