// Command rego-compiler is OPA's own compiler behind a pipe: each line of standard input is a request, each line of
// standard output its answer. `build.mjs` makes it the WASI module that @cfg/rego carries.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/compile"
)

type request struct {
	// Modules are the sources by file name.
	Modules map[string]string `json:"modules"`
	// Entrypoints are the rules to be asked for, as in "config/authz/allow".
	Entrypoints []string `json:"entrypoints"`
	// RegoVersion is 0 or 1.
	RegoVersion int `json:"regoVersion"`
}

type fault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	File    string `json:"file,omitempty"`
	Row     int    `json:"row,omitempty"`
}

type answer struct {
	Wasm   []byte  `json:"wasm,omitempty"` // base64
	Faults []fault `json:"faults,omitempty"`
}

func main() {
	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	out := json.NewEncoder(os.Stdout)
	for in.More() {
		var asked request
		if err := in.Decode(&asked); err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		wasm, err := build(context.Background(), asked)
		if err := out.Encode(answer{Wasm: wasm, Faults: faultsOf(err)}); err != nil {
			os.Exit(1)
		}
	}
}

func build(ctx context.Context, asked request) ([]byte, error) {
	version := ast.RegoV1
	if asked.RegoVersion == 0 {
		version = ast.RegoV0
	}
	policy := &bundle.Bundle{Data: map[string]any{}}
	policy.SetRegoVersion(version)
	var faults ast.Errors
	for _, name := range slices.Sorted(maps.Keys(asked.Modules)) {
		source := asked.Modules[name]
		module, err := ast.ParseModuleWithOpts(name, source, ast.ParserOptions{RegoVersion: version})
		if err != nil {
			var parsed ast.Errors
			if !errors.As(err, &parsed) {
				return nil, err
			}
			faults = append(faults, parsed...)
			continue
		}
		policy.Modules = append(policy.Modules, bundle.ModuleFile{
			URL: name, Path: name, Parsed: module, Raw: []byte(source),
		})
	}
	if len(faults) > 0 {
		return nil, faults
	}
	policy.Manifest.Init()
	compiler := compile.New().
		WithTarget(compile.TargetWasm).
		WithRegoVersion(version).
		WithEntrypoints(asked.Entrypoints...).
		WithBundle(policy)
	if err := compiler.Build(ctx); err != nil {
		return nil, err
	}
	return compiler.Bundle().WasmModules[0].Raw, nil
}

func faultsOf(err error) []fault {
	if err == nil {
		return nil
	}
	var all ast.Errors
	if !errors.As(err, &all) {
		return []fault{{Code: "compile_error", Message: err.Error()}}
	}
	faults := make([]fault, 0, len(all))
	for _, one := range all {
		found := fault{Code: one.Code, Message: one.Message}
		if one.Location != nil {
			found.File, found.Row = one.Location.File, one.Location.Row
		}
		faults = append(faults, found)
	}
	return faults
}
