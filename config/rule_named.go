package config

import (
	"fmt"
	"slices"
)

// namedRules are the rules of the sections that have a name.
func (l *loader) namedRules() []rule {
	var list []rule
	for _, name := range l.names("account." + anyName) {
		list = append(list, accountRules(name)...)
	}
	for _, name := range l.names("auth.user." + anyName) {
		list = append(list, userRules(name)...)
	}
	return list
}

func accountRules(name string) []rule {
	section := "account." + name
	need := func(last string, missing func(Account) bool) rule {
		return rule{[]string{section + "." + last, section + ".registrar", section + ".user", section + ".domain",
			section + ".password", section + ".password_file", section + ".expires_seconds", section + ".required"},
			func(c *Config) string {
				if !missing(c.Accounts[name]) {
					return ""
				}
				return fmt.Sprintf("[%s] needs %s", section, last)
			}}
	}
	return []rule{
		need("registrar", func(a Account) bool { return a.Registrar == "" }),
		need("user", func(a Account) bool { return a.User == "" }),
		{[]string{section + ".registrar", "sip.transport"}, func(c *Config) string {
			if _, _, transport := c.Accounts[name].Target(); transport != "udp" || slices.Contains(c.SIP.Transport, "udp") {
				return ""
			}
			return fmt.Sprintf("[%s] registers over udp, which is not in sip.transport", section)
		}},
		{[]string{section + ".ca_file", section + ".registrar"}, func(c *Config) string {
			_, _, transport := c.Accounts[name].Target()
			if c.Accounts[name].CAFile == "" || transport == "tls" {
				return ""
			}
			return fmt.Sprintf("[%s] has ca_file, which is for tls, and registers over %s", section, transport)
		}},
		{[]string{section + ".password_file", section + ".password"}, func(c *Config) string {
			return twoPasswords(section, c.Accounts[name].Password, c.Accounts[name].PasswordFile)
		}},
	}
}

func userRules(name string) []rule {
	section := "auth.user." + name
	keys := []string{section + ".password_file", section + ".password", section + ".username"}
	return []rule{
		{keys, func(c *Config) string {
			u := c.Auth.Users[name]
			if u.Password != "" || u.PasswordFile != "" {
				return ""
			}
			return fmt.Sprintf("[%s] needs password or password_file", section)
		}},
		{keys, func(c *Config) string {
			return twoPasswords(section, c.Auth.Users[name].Password, c.Auth.Users[name].PasswordFile)
		}},
	}
}

func twoPasswords(section string, password Secret, file string) string {
	if password == "" || file == "" {
		return ""
	}
	return fmt.Sprintf("[%s] has both password and password_file; one of them is enough", section)
}
