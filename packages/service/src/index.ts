// The service
export { addConfigService } from './add-config-service.js';
// Stages of your own
export type { CallView, Written } from './call.js';
export { type AnyDefinition, type ConfigService, createConfigService } from './config-service.js';
// Guards
export { allowAll } from './guards/allow-all.js';
export { firstOf } from './guards/first-of.js';
export type { RbacCertificate, RbacJwt, RbacPolicy, RbacRule, RbacToken } from './guards/rbac/policy.js';
export { rbac } from './guards/rbac/rbac.js';
export { type RbacFileGuard, type RbacFileOptions, rbacFile } from './guards/rbac/rbac-file.js';
export { type HashedToken, hashToken } from './guards/rbac/tokens.js';
// Tokens
export type { Claims } from './guards/tokens/claims.js';
export { type JwksOptions, jwksVerifier } from './guards/tokens/jwks.js';
export {
  hmacVerifier,
  publicKeyVerifier,
  type TokenRules,
  type TokenVerifier,
} from './guards/tokens/verifier.js';
// For guards that fetch what they need
export { type GetOptions, HttpClient, type Reply, type TlsOptions } from './guards/tokens/http-client.js';
// For programs that follow files
export { FollowedFiles } from './followed-files.js';
// For other doors to a service: a gateway, a dashboard
export { type AskedGuard, type AskGuardOptions, askGuard, refusal } from './guards/ask-guard.js';
export type { ClientCertificate, WithCertificate } from './guards/client-certificate.js';
export { denyAll } from './guards/deny-all.js';
export type { Action, Asked, Decision, Guard, GuardContext, Resource } from './guards/guard.js';
export { anonymous, type Identity } from './guards/identity.js';
export { callerOf, type HttpCaller, type HttpRequest, hostOf } from './http/caller.js';
export type { HttpHandler } from './http/handler.js';
export { isFromOwnPage, isOwnOrigin } from './http/origin.js';
export { clientAddress } from './rate-limit/client-address.js';
// In the same process
export {
  clientOf,
  createInProcessClient,
  createInProcessClients,
  type AdmittedInProcess,
  type InProcessCallOptions,
  type InProcessClient,
  type InProcessClientOptions,
  type InProcessClients,
} from './in-process-client.js';
export type { Outcome, Stage } from './middleware/stage.js';
export type { ConfigServiceOptions, ServiceStages } from './options.js';
// Who did what
export { type AuditOptions, type AuditStage, audit } from './audit/audit.js';
export type { AuditEvent, Auditor } from './audit/auditor.js';
export { logAuditor } from './audit/log-auditor.js';
export type { AuditTrail, TrailPage, TrailQuery, TrailRecord } from './audit/trail.js';
export { multiAuditor } from './audit/multi-auditor.js';
export type { AuditStats } from './audit/queue.js';
export { type PostgresLike, type SqlAuditor, type SqlAuditorOptions, sqlAuditor } from './audit/sql-auditor.js';
// How many calls
export { hostNames } from './rate-limit/client-address.js';
export type { ClientOptions } from './rate-limit/client-name.js';
export { type RateLimitOptions, rateLimit } from './rate-limit/rate-limit.js';
export { type FlexibleLimiter, type RateLimiter, sharedLimiter } from './rate-limit/rate-limiter.js';
export { TokenBuckets } from './rate-limit/token-buckets.js';
export { type WatchLimit, type WatchLimitOptions, watchLimit } from './rate-limit/watch-limit.js';
export { toServerError, type WireStatus, wireStatuses } from './status.js';
