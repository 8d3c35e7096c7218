package config.authz_test

import data.config.authz

ask(user, roles, action, resource) := {
	"action": action,
	"resource": resource,
	"identity": {"user_id": user, "claims": {"roles": roles}},
}

key(namespace, name) := {"namespace": namespace, "key": name}

test_nobody_may_do_anything if {
	not authz.allow with input as ask("", [], "read", key("staging", "app/port"))
}

test_a_user_has_the_roles_of_the_data if {
	authz.allow with input as ask("ann", [], "delete", key("production", "app/port"))
}

test_operators_read_everywhere_and_write_in_staging if {
	authz.allow with input as ask("bob", ["operator"], "read", key("production", "app/port"))
	authz.allow with input as ask("bob", ["operator"], "write", key("staging-2", "app/port"))
	not authz.allow with input as ask("bob", ["operator"], "write", key("production", "app/port"))
}

test_a_grant_for_keys_does_for_these_alone if {
	authz.allow with input as ask("eve", ["billing"], "write", key("production", "billing/rate"))
	not authz.allow with input as ask("eve", ["billing"], "write", key("production", "app/port"))
	not authz.allow with input as ask("eve", ["billing"], "write", key("staging", "billing/rate"))
}

test_a_grant_for_keys_does_for_lists_of_these_alone if {
	list := {"namespace": "production", "key": ""}
	authz.allow with input as ask("eve", ["billing"], "list", object.union(list, {"prefix": "billing/eu/"}))
	not authz.allow with input as ask("eve", ["billing"], "list", object.union(list, {"prefix": "b"}))
	not authz.allow with input as ask("eve", ["billing"], "list", list)
}

test_an_unknown_role_is_none if {
	not authz.allow with input as ask("eve", ["root"], "read", key("production", "app/port"))
}
