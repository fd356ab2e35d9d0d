package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The program itself: SIGHUP reads the input again, a reading that fails keeps the graph, SIGTERM ends it.
func TestSignals(t *testing.T) {
	program := filepath.Join(t.TempDir(), "service")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	path := snapshot(t)
	run := exec.Command(program, "-listen", "127.0.0.1:0", path)
	said, err := run.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	defer run.Process.Kill()
	watchdog := time.AfterFunc(time.Minute, func() { run.Process.Kill() })
	defer watchdog.Stop()
	lines := bufio.NewScanner(said)
	next := func(wanted string) string {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), wanted) {
				return lines.Text()
			}
		}
		t.Fatalf("it ended without saying %q", wanted)
		return ""
	}
	signal := func(s os.Signal) {
		t.Helper()
		if err := run.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	version := func(url string) any {
		t.Helper()
		status, v := ask(t, "GET", url+"/healthz", "")
		if status != 200 {
			t.Fatalf("status %d", status)
		}
		return v["version"]
	}

	url := regexp.MustCompile(`http://\S+`).FindString(next("listening"))
	if v := version(url); v != 1.0 {
		t.Errorf("version %v", v)
	}
	signal(syscall.SIGHUP)
	next("reloaded")
	if v := version(url); v != 2.0 {
		t.Errorf("version %v after a reload", v)
	}
	if err := os.WriteFile(path+".new", []byte("not a graph"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	signal(syscall.SIGHUP)
	next("the graph stays as it was")
	if status, v := ask(t, "POST", url+"/query", `{"query":"MATCH (n) RETURN count(n) > 0 AS some"}`); status != 200 || v["rows"] == nil || version(url) != 2.0 {
		t.Error(status, v)
	}
	signal(syscall.SIGTERM)
	if err := run.Wait(); err != nil {
		t.Errorf("it ended badly: %v", err)
	}
}
