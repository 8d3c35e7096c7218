# Asks for as much of OPA as an input can reach, so that a table of its decisions tells one evaluator from another.
package config.authz

default allow := false

allow if {
	input.action in {"read", "list", "watch"}
	"reader" in claims.roles
}

allow if {
	"admin" in claims.roles
	startswith(input.resource.namespace, claims.team)
}

allow if seen.decode_verify[0]

default reason := "no role allows it"

reason := "" if allow

decision := {
	"allow": allow,
	"reason": reason,
	"scope": sprintf("%s:%d", [input.resource.namespace, count(claims.roles)]),
	"seen": seen,
}

claims := input.identity.claims

token := data.tokens[claims.token]

keys := json.marshal(data.keys)

constraints := {"cert": keys, "aud": claims.audience} if not startswith(claims.token, "HS")

constraints := {"secret": data.secret, "aud": claims.audience} if startswith(claims.token, "HS")

seen.decode := io.jwt.decode(token)

seen.decode_verify := io.jwt.decode_verify(token, constraints)

seen.decode_verify_alg := io.jwt.decode_verify(token, object.union(constraints, {"alg": claims.algorithm}))

seen.decode_verify_time := io.jwt.decode_verify(token, object.union(constraints, {"iss": "table", "time": claims.ns}))

seen.HS256 := io.jwt.verify_hs256(token, data.secret)

seen.HS384 := io.jwt.verify_hs384(token, data.secret)

seen.HS512 := io.jwt.verify_hs512(token, data.secret)

seen.RS256 := io.jwt.verify_rs256(token, keys)

seen.RS384 := io.jwt.verify_rs384(token, keys)

seen.RS512 := io.jwt.verify_rs512(token, keys)

seen.PS256 := io.jwt.verify_ps256(token, keys)

seen.PS384 := io.jwt.verify_ps384(token, keys)

seen.PS512 := io.jwt.verify_ps512(token, keys)

seen.ES256 := io.jwt.verify_es256(token, keys)

seen.ES384 := io.jwt.verify_es384(token, keys)

seen.ES512 := io.jwt.verify_es512(token, keys)

seen.EdDSA := io.jwt.verify_eddsa(token, keys)

seen.clock := time.clock([claims.ns, claims.zone])

seen.date := time.date([claims.ns, claims.zone])

seen.weekday := time.weekday([claims.ns, claims.zone])

seen.format := time.format([claims.ns, claims.zone, claims.layout])

seen.parse := time.parse_ns(claims.layout, time.format([claims.ns, claims.zone, claims.layout]))

seen.rfc3339 := time.parse_rfc3339_ns(time.format(claims.ns))

seen.add := time.add_date(claims.ns, claims.years, claims.months, claims.days)

seen.diff := time.diff([claims.ns, claims.zone], claims.other_ns)

seen.duration := time.parse_duration_ns(claims.duration)

seen.contains := net.cidr_contains(claims.network, claims.address)

seen.matches := net.cidr_contains_matches({"a": claims.network, "b": "10.0.0.0/8"}, [claims.address, "fd00::1"])

seen.merge := net.cidr_merge(claims.networks)

seen.expand := count(net.cidr_expand(claims.network)) if endswith(claims.network, "28")

seen.is_network := [net.cidr_is_valid(claims.network), net.cidr_is_valid(claims.address)]

seen.semver := semver.compare(claims.version, claims.other_version)

seen.is_semver := semver.is_valid(claims.version)

seen.replace := regex.replace(input.resource.key, claims.expression, "<$1>")

seen.find := regex.find_n(claims.expression, input.resource.key, 3)

seen.split := regex.split(claims.expression, input.resource.key)

seen.template := regex.template_match("urn:<.*>:{[a-z]+}", sprintf("urn:<%s>:x", [claims.team]), "{", "}")

seen.units := units.parse(claims.amount)

seen.bytes := units.parse_bytes(claims.amount)

seen.sprintf := sprintf("%v|%5d|%-6s|%06.2f|%x|%q|%e|%g|%+d|%t|%s", [
	claims.number,
	claims.years,
	claims.team,
	claims.fraction,
	claims.days,
	input.resource.key,
	claims.fraction,
	claims.fraction,
	claims.months,
	claims.team,
])

seen.digests := [
	crypto.md5(claims.team),
	crypto.sha1(claims.team),
	crypto.sha256(input.resource.key),
	crypto.hmac.sha256(claims.team, data.secret),
	crypto.hmac.sha512(claims.team, data.secret),
]

seen.hex := hex.decode(hex.encode(claims.text))

seen.base64 := base64url.encode_no_pad(claims.text)

seen.query := urlquery.decode(urlquery.encode(claims.text))

seen.query_object := urlquery.encode_object({"text": claims.text, "list": [claims.team, input.resource.key]})

seen.uri := uri.parse(claims.uri)

seen.is_uri := uri.is_valid(claims.uri)

seen.prefix := strings.any_prefix_match(input.resource.key, ["app/", claims.team])

seen.suffix := strings.any_suffix_match([input.resource.key, claims.team], {"port", "x"})

seen.count := strings.count(input.resource.key, "a")

seen.parts := strings.split_n(input.resource.key, "/", claims.days)

seen.indexes := indexof_n(claims.text, "a")

seen.subset := object.subset(claims, {"team": claims.team, "roles": ["reader"]})

seen.patch := json.patch({"a": claims.roles, "b": {"c": 1}}, [
	{"op": "add", "path": "/a/-", "value": claims.team},
	{"op": "move", "from": "/b/c", "path": "/d"},
])

seen.paths := graph.reachable_paths({"a": ["b", "c"], "b": {claims.team}, "c": [], "red": ["a"]}, {"a"})

seen.range := numbers.range_step(claims.years, claims.days, 2)

seen.uuid := uuid.parse(claims.uuid)

seen.marshal := json.marshal_with_options({"text": claims.text, "roles": claims.roles}, {"indent": " "})

seen.yaml := yaml.unmarshal(sprintf("a: %d\nb: [%s, \"%s\"]\n", [claims.years, claims.team, claims.team]))

seen.glob := glob.quote_meta(input.resource.key)
