package seal_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"groundswell/internal/seal"
)

func TestSealOpensOnlyInItsRow(t *testing.T) {
	k, _ := seal.Random()
	sealed := k.Seal([]byte("sk-ant-admin"), "credential/a")
	if bytes.Contains(sealed, []byte("sk-ant")) {
		t.Error("the secret can be read")
	}
	if got, err := k.Open(sealed, "credential/a"); err != nil || string(got) != "sk-ant-admin" {
		t.Errorf("opened %q, %v", got, err)
	}
	if _, err := k.Open(sealed, "credential/b"); err == nil {
		t.Error("opened in another row")
	}
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		if _, err := k.Open(broken, "credential/a"); err == nil {
			t.Errorf("opened with byte %d changed", i)
		}
	}
	for n := range sealed {
		if _, err := k.Open(sealed[:n], "credential/a"); err == nil {
			t.Errorf("opened the first %d bytes", n)
		}
	}
}

func TestRotation(t *testing.T) {
	old, oldText := seal.Random()
	_, newText := seal.Random()
	both, err := seal.Parse(newText + ", " + oldText)
	if err != nil {
		t.Fatal(err)
	}
	sealed := old.Seal([]byte("x"), "r")
	if got, err := both.Open(sealed, "r"); err != nil || string(got) != "x" {
		t.Errorf("the older key opens %q, %v", got, err)
	}
	if both.Current(sealed) || !both.Current(both.Seal([]byte("x"), "r")) {
		t.Error("Current does not tell the keys apart")
	}
	only, err := seal.Parse(newText)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := only.Open(sealed, "r"); !errors.Is(err, seal.ErrUnknownKey) {
		t.Errorf("without the older key: %v", err)
	}
	if d := both.Derive("cookie"); len(d) != 2 || bytes.Equal(d[0], d[1]) || !bytes.Equal(d[1], old.Derive("cookie")[0]) {
		t.Error("derived keys do not follow the masters")
	}
	if bytes.Equal(old.Derive("cookie")[0], old.Derive("audit log")[0]) {
		t.Error("two purposes share a key")
	}
}

func TestMAC(t *testing.T) {
	k, text := seal.Random()
	_, newText := seal.Random()
	id, mac := k.MAC("audit log", []byte("entry"))
	both, err := seal.Parse(newText + "," + text)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := both.CheckMAC("audit log", id, []byte("entry"), mac); !ok || err != nil {
		t.Errorf("ok %v, %v", ok, err)
	}
	if ok, _ := k.CheckMAC("audit log", id, []byte("Entry"), mac); ok {
		t.Error("another entry passes")
	}
	if ok, _ := k.CheckMAC("cookie", id, []byte("entry"), mac); ok {
		t.Error("another purpose passes")
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	_, good := seal.Random()
	short := base64.StdEncoding.EncodeToString([]byte("a-secret-canary"))
	for _, text := range []string{"", " ", "not base64!", short, good + ",", good + "," + short} {
		_, err := seal.Parse(text)
		if err == nil || !strings.Contains(err.Error(), "openssl rand") {
			t.Errorf("%d characters: %v", len(text), err)
		}
		if err != nil && strings.Contains(err.Error(), short) {
			t.Error("the error repeats the key")
		}
	}
}
