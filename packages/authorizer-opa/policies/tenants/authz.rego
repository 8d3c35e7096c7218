# Each tenant has the namespaces that begin with its name. Callers from outside the office network only read, and nobody
# writes to production on a weekend. The decision is an object: it says why not, and what the permission came from.
package config.authz

default allow := false

allow if {
	count(denials) == 0
	claims.tenant != ""
}

reason := concat("; ", sort(denials))

scope := sprintf("tenant:%s", [claims.tenant])

claims := input.identity.claims

changes := input.action in {"write", "delete"}

denials contains "the token names no tenant" if not claims.tenant

denials contains sprintf("%s is not one of %s's namespaces", [input.resource.namespace, claims.tenant]) if {
	not startswith(input.resource.namespace, sprintf("%s-", [claims.tenant]))
}

denials contains "changes are made from the office network" if {
	changes
	not net.cidr_contains("10.20.0.0/16", object.get(claims, "address", "0.0.0.0"))
}

denials contains "production rests on weekends" if {
	changes
	endswith(input.resource.namespace, "-production")
	time.weekday([time.now_ns(), "Europe/Berlin"]) in {"Saturday", "Sunday"}
}

decision := {"allow": allow, "reason": reason, "scope": scope} if claims.tenant

decision := {"allow": allow, "reason": reason} if not claims.tenant
