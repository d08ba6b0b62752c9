// Command server is the mail server for tests as a process of its own. It says
// where it listens on its first line and runs until it is killed.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"

	"groundswell/internal/deliver/delivertest"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "host:port")
	file := flag.String("log", "", "file of the mails that were accepted")
	said := flag.String("rules", "", "what goes wrong, as JSON")
	flag.Parse()
	var rules []delivertest.Rule
	if *said != "" {
		if err := json.Unmarshal([]byte(*said), &rules); err != nil {
			log.Fatal(err)
		}
	}
	s, err := delivertest.Open(delivertest.Config{Listen: *listen, Log: *file})
	if err != nil {
		log.Fatal(err)
	}
	s.Inject(rules...)
	fmt.Println(s.Addr())
	select {}
}
