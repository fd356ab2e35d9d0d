package cspmgraph

import "encoding/json"

// Report is an analysis in the schema cspmgraph/analysis/1; doc/schema says what its fields mean.
type Report struct {
	Schema      string                `json:"schema"`
	GeneratedAt string                `json:"generated_at"`
	Truncated   *string               `json:"truncated"`
	Tool        json.RawMessage       `json:"tool"`
	Summary     Summary               `json:"summary"`
	AttackPaths []AttackPath          `json:"attack_paths"`
	Patterns    []Pattern             `json:"patterns"`
	Nodes       map[string]ReportNode `json:"nodes"`
	ChokePoints []ChokePoint          `json:"choke_points"`
	Fixes       []Fix                 `json:"fixes"`
	Diagnostics []Diagnostic          `json:"diagnostics"`
}

// Summary counts what an analysis found, before Top cuts the list.
type Summary struct {
	Nodes                  uint64            `json:"nodes"`
	Edges                  uint64            `json:"edges"`
	DerivedEdges           uint64            `json:"derived_edges"`
	EntryPoints            uint64            `json:"entry_points"`
	Targets                uint64            `json:"targets"`
	TargetsBeyondMaxLength uint64            `json:"targets_beyond_max_length"`
	AttackPaths            uint64            `json:"attack_paths"`
	Estimated              bool              `json:"estimated"`
	ByLevel                map[string]uint64 `json:"by_level"`
}

// End is the first or the last node of an attack path.
type End struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Kinds []string `json:"kinds"`
}

// AttackPath is the best path of one type between an entry and a target.
type AttackPath struct {
	ID                    string           `json:"id"`
	Type                  string           `json:"type"`
	Title                 string           `json:"title"`
	Description           string           `json:"description"`
	Story                 []string         `json:"story"`
	PotentialImpact       string           `json:"potential_impact"`
	RiskCategories        []string         `json:"risk_categories"`
	RiskLevel             string           `json:"risk_level"`
	RiskScore             float64          `json:"risk_score"`
	ScoreParts            json.RawMessage  `json:"score_parts"`
	RiskFactors           []string         `json:"risk_factors"`
	Environments          []string         `json:"environments"`
	Tenant                string           `json:"tenant"`
	Subscription          string           `json:"subscription"`
	AffectedResources     []string         `json:"affected_resources"`
	ActiveRecommendations int              `json:"active_recommendations"`
	ManualRemediation     string           `json:"manual_remediation"`
	Entry                 End              `json:"entry"`
	Target                End              `json:"target"`
	Length                int              `json:"length"`
	Occurrences           uint64           `json:"occurrences"`
	Conditional           bool             `json:"conditional"`
	Steps                 []Step           `json:"steps"`
	Recommendations       []Recommendation `json:"recommendations"`
}

// Step is one relationship of a path.
type Step struct {
	From        string     `json:"from"`
	To          string     `json:"to"`
	Kind        string     `json:"kind"`
	Technique   string     `json:"technique"`
	Tactic      string     `json:"tactic"`
	Likelihood  float64    `json:"likelihood"`
	Conditional bool       `json:"conditional"`
	Evidence    []Evidence `json:"evidence"`
}

// Evidence says why a step or label is there. Edges are from, kind, to.
type Evidence struct {
	Rule   string      `json:"rule"`
	Nodes  []string    `json:"nodes"`
	Edges  [][3]string `json:"edges"`
	Source string      `json:"source"`
	Note   string      `json:"note"`
}

// Recommendation is something to do about a resource.
type Recommendation struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Resource    string `json:"resource"`
	BreaksPath  bool   `json:"breaks_path"`
	Remediation string `json:"remediation"`
}

// Pattern is a group of attack paths of one shape.
type Pattern struct {
	ID        string   `json:"id"`
	Signature string   `json:"signature"`
	Title     string   `json:"title"`
	RiskLevel string   `json:"risk_level"`
	Count     uint64   `json:"count"`
	Exemplar  string   `json:"exemplar"`
	Entries   []string `json:"entries"`
	Targets   []string `json:"targets"`
}

// ReportNode is what an analysis says of one node.
type ReportNode struct {
	Name            string           `json:"name"`
	Kinds           []string         `json:"kinds"`
	Labels          json.RawMessage  `json:"labels"`
	Recommendations []Recommendation `json:"recommendations"`
	RiskScore       float64          `json:"risk_score"`
	RiskLevel       string           `json:"risk_level"`
	AttackPaths     uint64           `json:"attack_paths"`
}

// ChokePoint is a node, or else a relationship (from, kind, to), that paths pass.
type ChokePoint struct {
	Node    string     `json:"node,omitempty"`
	Edge    *[3]string `json:"edge,omitempty"`
	Paths   uint64     `json:"paths"`
	Targets uint64     `json:"targets"`
	Entries uint64     `json:"entries"`
	CutsAll bool       `json:"cuts_all"`
}

// Fix is a change that closes paths; Removes are from, kind, to.
type Fix struct {
	ID               string      `json:"id"`
	Title            string      `json:"title"`
	Resource         string      `json:"resource"`
	Removes          [][3]string `json:"removes"`
	PathsClosed      uint64      `json:"paths_closed"`
	CumulativeClosed uint64      `json:"cumulative_closed"`
	Verified         bool        `json:"verified"`
}

// Diagnostic is what an input left to be desired.
type Diagnostic struct {
	Severity string `json:"severity"`
	Source   string `json:"source"`
	Line     int    `json:"line"`
	Code     string `json:"code"`
	Message  string `json:"message"`
}
