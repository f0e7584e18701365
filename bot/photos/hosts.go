package photos

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
)

// hosts are where photos may be fetched from.
type hosts struct {
	names []string        // and their subdomains, by https on port 443, at public addresses
	local map[string]bool // "host:port", for tests: by http too, at loopback too
}

// parseHosts reads a setting like ["fbcdn.net", "127.0.0.1:9000"].
func parseHosts(list []string) (hosts, error) {
	h := hosts{local: map[string]bool{}}
	for _, entry := range list {
		entry = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(entry), "."))
		host, port, err := net.SplitHostPort(entry)
		switch {
		case err == nil && host != "" && isPort(port):
			h.local[net.JoinHostPort(host, port)] = true
		case entry == "" || strings.ContainsAny(entry, ":/@*?# "):
			return hosts{}, fmt.Errorf("photo host %q: want a host or host:port", entry)
		default:
			h.names = append(h.names, entry)
		}
	}
	return h, nil
}

// isPort says whether s is the number of a port.
func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

// check says whether a photo may be asked for at u. Its errors wrap ErrHost and never hold the whole URL: it can be signed.
func (h hosts) check(u *url.URL) error {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	switch {
	case u.User != nil, u.Opaque != "", host == "":
		return fmt.Errorf("%w: not a plain URL", ErrHost)
	case u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("%w: scheme %.10q", ErrHost, u.Scheme)
	case h.local[net.JoinHostPort(host, portOf(u))]:
		return nil
	case u.Scheme != "https":
		return fmt.Errorf("%w: %s not by https", ErrHost, host)
	case portOf(u) != "443":
		return fmt.Errorf("%w: %s on port %s", ErrHost, host, portOf(u))
	}
	for _, name := range h.names {
		if host == name || strings.HasSuffix(host, "."+name) {
			return nil
		}
	}
	return fmt.Errorf("%w: %s", ErrHost, host)
}

// portOf is the port that u means.
func portOf(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "http" {
		return "80"
	}
	return "443"
}

// control is for net.Dialer: it refuses an address that is not public at the moment of connecting, after the name was
// looked up, so that a name which changes its address in between gains nothing.
func control(loopback bool) func(network, address string, c syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w: address %s", ErrHost, address)
		}
		if public(at.Addr()) || loopback && at.Addr().Unmap().IsLoopback() {
			return nil
		}
		return fmt.Errorf("%w: address %s is not public", ErrHost, at.Addr())
	}
}

// closed4 are the IPv4 networks that no public host is in (IANA's special-purpose registry and class E).
var closed4 = prefixes("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/3")

// closed6 are the IPv6 networks within open6 that no public host is in: Teredo, benchmarking, documentation, 6to4 and the
// like. Teredo and 6to4 hold IPv4 addresses.
var closed6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

// open6 is all of the global unicast space that has been given out.
var open6 = netip.MustParsePrefix("2000::/3")

// nat64 holds IPv4 addresses in its last 32 bits (RFC 6052); networks without IPv4 reach public hosts by it.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// public says whether an address belongs to the open internet.
func public(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if a.Is4() {
		return !within(closed4, a)
	}
	return open6.Contains(a) && !within(closed6, a)
}

// within says whether one of the networks holds an address.
func within(networks []netip.Prefix, a netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// prefixes reads networks.
func prefixes(list ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(list))
	for i, s := range list {
		all[i] = netip.MustParsePrefix(s)
	}
	return all
}
