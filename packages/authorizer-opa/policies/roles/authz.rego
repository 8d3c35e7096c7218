# Roles, as data.json lists them: what each may do, and where. A user has the roles that its token claims, and those
# that data.json gives it by name.
package config.authz

default allow := false

allow if {
	some role in roles
	some grant in data.roles[role]
	input.action in grant.actions
	covers(grant.namespaces, input.resource.namespace)
	reaches(object.get(grant, "keys", ""))
}

roles contains role if some role in input.identity.claims.roles

roles contains role if some role in data.users[input.identity.user_id]

# The namespaces of a grant are one, or all that begin with what stands before a star.
covers(namespaces, namespace) if namespaces == namespace

covers(namespaces, namespace) if {
	endswith(namespaces, "*")
	startswith(namespace, trim_suffix(namespaces, "*"))
}

# A grant for some keys does for a single key among them, and for a list or a watch of nothing else.
reaches(prefix) if startswith(input.resource.key, prefix)

reaches(prefix) if startswith(input.resource.prefix, prefix)
