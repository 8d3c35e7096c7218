package config.authz_test

import data.config.authz

friday := 1767362400000000000

saturday := 1767434400000000000

ask(action, namespace, claims) := {
	"action": action,
	"resource": {"namespace": namespace, "key": "app/port"},
	"identity": {"user_id": "ann", "claims": claims},
}

office := {"tenant": "acme", "address": "10.20.3.4"}

test_a_tenant_has_its_namespaces if {
	decision := authz.decision with input as ask("read", "acme-staging", {"tenant": "acme"})
	decision == {"allow": true, "reason": "", "scope": "tenant:acme"}
}

test_a_tenant_has_no_others if {
	decision := authz.decision with input as ask("read", "acmeister-staging", {"tenant": "acme"})
	decision.allow == false
	decision.reason == "acmeister-staging is not one of acme's namespaces"
}

test_changes_come_from_the_office if {
	authz.allow with input as ask("write", "acme-staging", office)
	not authz.allow with input as ask("write", "acme-staging", {"tenant": "acme", "address": "10.21.0.1"})
	not authz.allow with input as ask("delete", "acme-staging", {"tenant": "acme"})
}

test_production_rests_on_weekends if {
	authz.allow with input as ask("write", "acme-production", office) with time.now_ns as friday
	not authz.allow with input as ask("write", "acme-production", office) with time.now_ns as saturday
	authz.allow with input as ask("read", "acme-production", office) with time.now_ns as saturday
	authz.allow with input as ask("write", "acme-staging", office) with time.now_ns as saturday
}

test_a_token_without_a_tenant_is_refused if {
	decision := authz.decision with input as ask("read", "acme-staging", {})
	decision.allow == false
	contains(decision.reason, "the token names no tenant")
}
