// Command service answers questions about one security graph over HTTP, on loopback.
//
//	service [-listen 127.0.0.1:8080] [-deadline 30s] [-max-rows 10000] [-max-body 1048576] INPUT...
//
// INPUT is a snapshot or anything else the library reads. SIGHUP and POST /reload read it again without dropping a request.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	if err := serve(); err != nil {
		log.Fatal(err)
	}
}

func serve() error {
	listen := flag.String("listen", "127.0.0.1:8080", "address to listen on; anything but loopback is refused")
	limits := defaults
	flag.DurationVar(&limits.Deadline, "deadline", limits.Deadline, "time one request may take")
	flag.Uint64Var(&limits.MaxRows, "max-rows", limits.MaxRows, "rows of one answer")
	flag.Int64Var(&limits.MaxBody, "max-body", limits.MaxBody, "bytes of one request")
	flag.IntVar(&limits.Concurrent, "concurrent", limits.Concurrent, "requests that are answered at once")
	flag.Parse()
	if flag.NArg() == 0 {
		return errors.New("usage: service [flags] INPUT...; see service -help")
	}
	if err := onLoopback(*listen); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := newServer(ctx, flag.Args(), limits)
	if err != nil {
		return err
	}
	defer s.Close()
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	go func() {
		for range hangup {
			if err := s.Reload(ctx); err != nil {
				log.Printf("the graph stays as it was: %v", err)
			} else {
				log.Print("reloaded")
			}
		}
	}()
	socket, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	web := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: limits.Deadline, IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 16}
	log.Printf("listening on http://%s", socket.Addr())
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(socket) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	// What is running may finish, within its deadline.
	grace, cancel := context.WithTimeout(context.Background(), limits.Deadline+time.Second)
	defer cancel()
	return web.Shutdown(grace)
}

// onLoopback refuses addresses others could reach: the service asks nobody who they are.
func onLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%s is not a loopback address", address)
	}
	return nil
}
