import type { Builtin } from './builtin.js';
import { cryptoBuiltins } from './crypto.js';
import { diagnosticBuiltins } from './diagnostics.js';
import { encodingBuiltins } from './encoding.js';
import { netBuiltins } from './net.js';
import { numberBuiltins } from './numbers.js';
import { objectBuiltins } from './objects.js';
import { regexBuiltins } from './regex.js';
import { semverBuiltins } from './semver.js';
import { stringBuiltins } from './strings.js';
import { timeBuiltins } from './time.js';
import { tokenBuiltins } from './tokens.js';
import { uriBuiltins } from './uri.js';
import { uuidBuiltins } from './uuid.js';

/** The built-in functions that a compiled policy asks its host for, and gets here; by their names in Rego. */
export const suppliedBuiltins: ReadonlyMap<string, Builtin> = new Map(
  [
    cryptoBuiltins,
    diagnosticBuiltins,
    encodingBuiltins,
    netBuiltins,
    numberBuiltins,
    objectBuiltins,
    regexBuiltins,
    semverBuiltins,
    stringBuiltins,
    timeBuiltins,
    tokenBuiltins,
    uriBuiltins,
    uuidBuiltins,
  ].flatMap((builtins) => Object.entries(builtins)),
);
