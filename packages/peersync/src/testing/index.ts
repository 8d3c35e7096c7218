export { AgreeingNode } from './agreeing-node.js';
export { Bus, type Listener } from './bus.js';
export type { WorldRules } from './lease-surroundings.js';
export { type LeaseHappening, type LeaseOutcome, type LeaseScript, runLeases } from './lease-world.js';
export { type Faults, Network } from './network.js';
export { SimulatedNode, type Surroundings } from './node.js';
export { OriginalNode } from './original-node.js';
export { forgeries, type Happening, type RingScript, runRing } from './ring-world.js';
export { Simulation, seededRandom } from './simulation.js';
