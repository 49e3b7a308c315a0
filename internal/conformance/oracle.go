package conformance

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
)

// Oracle asks the judge's oracle.mjs, which holds Apollo's composition. One answers one question at a time.
type Oracle struct {
	cmd     *exec.Cmd
	ask     *json.Encoder
	answers *bufio.Scanner
	hangUp  func() error
}

// Verdict is what the oracle says of a set.
type Verdict struct {
	OK     bool
	Errors []struct{ Code, Message string }
	// SupergraphSDL is "" where the set is rejected.
	SupergraphSDL string `json:"supergraphSdl"`
	Hints         []struct{ Code, Message string }
	// Threw is whether composition ended by an exception rather than by errors that it gathered.
	Threw bool
}

// Broke is whether the oracle stumbled over a fault of its own rather than over a rule: it threw without a code. Such a
// set is not accepted, but which rules it breaks the oracle does not say.
func (v *Verdict) Broke() bool { return v.Threw && len(v.Errors) == 1 && v.Errors[0].Code == "" }

// StartOracle runs the oracle of an installed copy of the judge's folder. It ends with ctx or Close.
func StartOracle(ctx context.Context, folder string) (*Oracle, error) {
	//nolint:gosec // the folder is what the test was given
	cmd := exec.CommandContext(ctx, "node", filepath.Join(folder, "oracle.mjs"), "--impl", "apollo", "--batch")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start oracle: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start oracle: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start oracle: %w", err)
	}
	answers := bufio.NewScanner(out)
	answers.Buffer(nil, longestLine)
	return &Oracle{cmd: cmd, ask: json.NewEncoder(in), answers: answers, hangUp: in.Close}, nil
}

// Judge says what the oracle makes of a set.
func (o *Oracle) Judge(s Set) (*Verdict, error) {
	if err := o.ask.Encode(s); err != nil {
		return nil, fmt.Errorf("ask the oracle: %w", err)
	}
	if !o.answers.Scan() {
		return nil, fmt.Errorf("ask the oracle about %s: it gave no answer: %w", s.ID, o.answers.Err())
	}
	var v Verdict
	if err := json.Unmarshal(o.answers.Bytes(), &v); err != nil {
		return nil, fmt.Errorf("ask the oracle: %w", err)
	}
	return &v, nil
}

// Close ends the oracle and waits for it.
func (o *Oracle) Close() error {
	if err := o.hangUp(); err != nil {
		return fmt.Errorf("end the oracle: %w", err)
	}
	return o.cmd.Wait()
}
