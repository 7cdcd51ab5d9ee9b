package config

// TLS is the section [tls]: the certificate of the transports tls and wss. TLS 1.2 is the
// oldest version that is spoken.
type TLS struct {
	Certificate string `koanf:"certificate" form:"optional path" doc:"PEM file with the certificate of the server and, behind it, the intermediate ones; read anew when it changes."`
	Key         string `koanf:"key" form:"optional path" doc:"PEM file with the private key of the certificate; read anew when it changes."`
	ClientCA    string `koanf:"client_ca" form:"optional path" doc:"PEM file with the authorities of which one must have signed the certificate of a client; empty asks clients for none."`
}
