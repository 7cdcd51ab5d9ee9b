package config

// Auth is the section [auth]: whether callers have to prove who they are. They have to
// when there is at least one section [auth.user.NAME].
type Auth struct {
	Realm      string              `koanf:"realm" form:"line" doc:"Realm of the digest that callers are asked for, once there is an [auth.user.NAME]."`
	Algorithms []string            `koanf:"algorithms" names:"MD5,SHA-256" single:"true" doc:"Digests that are accepted, in the order in which callers are offered them. Some programs fail when anything but MD5 is offered, also beside it."`
	Users      map[string]AuthUser `koanf:"user"`
}

// AuthUser is a section [auth.user.NAME]: a user who may call.
type AuthUser struct {
	Username     string `koanf:"username" form:"optional line" doc:"Name in the caller's credentials; empty is the NAME of the section."`
	Password     Secret `koanf:"password" form:"optional line" secret:"true" doc:"Password of the user; it is shown as set, and never logged."`
	PasswordFile string `koanf:"password_file" form:"optional path" doc:"File with the password in its first line, instead of password."`
}

func defaultAuth() Auth {
	return Auth{Realm: "pickup", Algorithms: []string{"MD5"}, Users: map[string]AuthUser{}}
}

// Secret is the password, from the file when there is one. The error names the file.
func (u AuthUser) Secret() (string, error) { return readSecret(u.Password, u.PasswordFile) }
