package engine

// ordeal is one message of the corpus and what the server makes of it.
type ordeal struct {
	file    string
	want    []string // final responses, sorted; none: silence
	stream  []string // over TCP, when that differs
	section string   // of the RFC that describes the message
	why     string   // where the RFC leaves a choice, or the message asks for what is not served
	surplus int      // bytes beyond the Content-Length, which the RFC counts wrongly
	poor    bool     // lacks what a response or an ACK repeats
}

// ordeals are the 49 messages of RFC 4475 and the 12 of RFC 5118.
var ordeals = []ordeal{
	{file: "rfc4475/wsinv.dat", want: []string{"481 INVITE"}, section: "4475 3.1.1.1", why: "has a To tag, and there is no such dialog"},
	{file: "rfc4475/intmeth.dat", want: []string{"405 !interesting-Method0123456789_*+`.%indeed'~"}, section: "4475 3.1.1.2", why: "an unknown method; 405 and not 501, as it names those that are served"},
	{file: "rfc4475/esc01.dat", want: []string{"200 INVITE"}, section: "4475 3.1.1.3"},
	{file: "rfc4475/escnull.dat", want: []string{"405 REGISTER"}, section: "4475 3.1.1.4", why: "no registrar: the method is refused before its contacts are read"},
	{file: "rfc4475/esc02.dat", want: []string{"405 RE%47IST%45R"}, section: "4475 3.1.1.5", why: "an escape in a method is no escape: not REGISTER"},
	{file: "rfc4475/lwsdisp.dat", want: []string{"200 OPTIONS"}, section: "4475 3.1.1.6"},
	{file: "rfc4475/longreq.dat", want: []string{"200 INVITE"}, section: "4475 3.1.1.7"},
	{file: "rfc4475/dblreq.dat", want: []string{"405 REGISTER"}, stream: []string{"400 INVITE", "405 REGISTER"}, section: "4475 3.1.1.8", why: "over UDP what follows the first message is ignored, over TCP it is the next one, which lacks the Contact", surplus: 5},
	{file: "rfc4475/semiuri.dat", want: []string{"200 OPTIONS"}, section: "4475 3.1.1.9"},
	{file: "rfc4475/transports.dat", want: []string{"200 OPTIONS"}, section: "4475 3.1.1.10"},
	{file: "rfc4475/mpart01.dat", want: []string{"405 MESSAGE"}, section: "4475 3.1.1.11", why: "MESSAGE is not served"},
	{file: "rfc4475/unreason.dat", section: "4475 3.1.1.12", why: "a response to nothing that was asked"},
	{file: "rfc4475/noreason.dat", section: "4475 3.1.1.13", why: "a response to nothing that was asked"},
	{file: "rfc4475/badinv01.dat", want: []string{"400 INVITE"}, section: "4475 3.1.2.1"},
	{file: "rfc4475/clerr.dat", want: []string{"400 INVITE"}, stream: []string{}, section: "4475 3.1.2.2", why: "on a stream the rest of the body is waited for, until the connection is closed"},
	{file: "rfc4475/ncl.dat", want: []string{"400 INVITE"}, section: "4475 3.1.2.3"},
	{file: "rfc4475/scalar02.dat", want: []string{"400 REGISTER"}, section: "4475 3.1.2.4"},
	{file: "rfc4475/scalarlg.dat", section: "4475 3.1.2.5", why: "a response to nothing that was asked"},
	{file: "rfc4475/quotbal.dat", want: []string{"400 INVITE"}, section: "4475 3.1.2.6", poor: true},
	{file: "rfc4475/ltgtruri.dat", want: []string{"400 INVITE"}, section: "4475 3.1.2.7"},
	{file: "rfc4475/lwsruri.dat", want: []string{"400 INVITE"}, section: "4475 3.1.2.8"},
	{file: "rfc4475/lwsstart.dat", want: []string{"400 INVITE"}, section: "4475 3.1.2.9", why: "400 is one of the choices: guessing where the URI ends helps nobody"},
	{file: "rfc4475/trws.dat", want: []string{"400 OPTIONS"}, section: "4475 3.1.2.10", why: "400 is one of the choices"},
	{file: "rfc4475/escruri.dat", want: []string{"200 INVITE"}, section: "4475 3.1.2.11", why: "liberal: the header fields in the URI are ignored"},
	{file: "rfc4475/baddate.dat", want: []string{"200 INVITE"}, section: "4475 3.1.2.12", why: "liberal: nothing depends on Date"},
	{file: "rfc4475/regbadct.dat", want: []string{"405 REGISTER"}, section: "4475 3.1.2.13", why: "no registrar: the method is refused before its contacts are read"},
	{file: "rfc4475/badaspec.dat", want: []string{"400 OPTIONS"}, section: "4475 3.1.2.14"},
	{file: "rfc4475/baddn.dat", want: []string{"200 OPTIONS"}, section: "4475 3.1.2.15", why: "liberal: what is meant is clear"},
	{file: "rfc4475/badvers.dat", want: []string{"505 OPTIONS"}, section: "4475 3.1.2.16"},
	{file: "rfc4475/mismatch01.dat", want: []string{"400 INVITE"}, section: "4475 3.1.2.17"},
	{file: "rfc4475/mismatch02.dat", want: []string{"400 INVITE"}, section: "4475 3.1.2.18", why: "400 and not 501: the message contradicts itself"},
	{file: "rfc4475/bigcode.dat", section: "4475 3.1.2.19"},
	{file: "rfc4475/badbranch.dat", want: []string{"200 OPTIONS"}, section: "4475 3.2.1"},
	{file: "rfc4475/insuf.dat", want: []string{"400 INVITE"}, section: "4475 3.3.1", poor: true},
	{file: "rfc4475/unkscm.dat", want: []string{"416 OPTIONS"}, section: "4475 3.3.2"},
	{file: "rfc4475/novelsc.dat", want: []string{"416 OPTIONS"}, section: "4475 3.3.3"},
	{file: "rfc4475/unksm2.dat", want: []string{"405 REGISTER"}, section: "4475 3.3.4", why: "no registrar: the method is refused before To is read"},
	{file: "rfc4475/bext01.dat", want: []string{"420 OPTIONS"}, section: "4475 3.3.5"},
	{file: "rfc4475/invut.dat", want: []string{"415 INVITE"}, section: "4475 3.3.6"},
	{file: "rfc4475/regaut01.dat", want: []string{"405 REGISTER"}, section: "4475 3.3.7", why: "no registrar"},
	{file: "rfc4475/multi01.dat", want: []string{"400 INVITE"}, section: "4475 3.3.8", poor: true},
	{file: "rfc4475/mcl01.dat", want: []string{"400 OPTIONS"}, section: "4475 3.3.9"},
	{file: "rfc4475/bcast.dat", section: "4475 3.3.10", why: "a response to nothing that was asked"},
	{file: "rfc4475/zeromf.dat", want: []string{"200 OPTIONS"}, section: "4475 3.3.11", why: "the end point processes it"},
	{file: "rfc4475/cparam01.dat", want: []string{"405 REGISTER"}, section: "4475 3.3.12", why: "no registrar"},
	{file: "rfc4475/cparam02.dat", want: []string{"405 REGISTER"}, section: "4475 3.3.13", why: "no registrar"},
	{file: "rfc4475/regescrt.dat", want: []string{"405 REGISTER"}, section: "4475 3.3.14", why: "no registrar"},
	{file: "rfc4475/sdp01.dat", want: []string{"406 INVITE"}, section: "4475 3.3.15"},
	{file: "rfc4475/inv2543.dat", want: []string{"400 INVITE"}, section: "4475 3.4.1", why: "the tag and the Contact that RFC 3261 needs for a dialog are missing", poor: true},
	{file: "rfc5118/ipv6-good.dat", want: []string{"405 REGISTER"}, section: "5118 4.1", why: "no registrar"},
	{file: "rfc5118/ipv6-bad.dat", want: []string{"400 REGISTER"}, section: "5118 4.2"},
	{file: "rfc5118/port-ambiguous.dat", want: []string{"405 REGISTER"}, section: "5118 4.3", why: "no registrar"},
	{file: "rfc5118/port-unambiguous.dat", want: []string{"405 REGISTER"}, section: "5118 4.4", why: "no registrar"},
	{file: "rfc5118/via-received-param-with-delim.dat", want: []string{"481 BYE"}, section: "5118 4.5", why: "liberal: the brackets around the address are taken"},
	{file: "rfc5118/via-received-param-no-delim.dat", want: []string{"200 OPTIONS"}, section: "5118 4.5"},
	{file: "rfc5118/ipv6-in-sdp.dat", want: []string{"488 INVITE"}, section: "5118 4.6", why: "it offers G.726 and H.263", surplus: 10},
	{file: "rfc5118/mult-ip-in-header.dat", want: []string{"481 BYE"}, section: "5118 4.7", why: "there is no such dialog"},
	{file: "rfc5118/mult-ip-in-sdp.dat", want: []string{"200 INVITE"}, section: "5118 4.8", surplus: 8},
	{file: "rfc5118/ipv4-mapped-ipv6.dat", want: []string{"488 INVITE"}, section: "5118 4.9", why: "it offers G.726 and H.263", surplus: 9},
	{file: "rfc5118/ipv6-bug-abnf-3-colons.dat", want: []string{"200 OPTIONS"}, section: "5118 4.10", why: "liberal: the host of the Request-URI is not looked up"},
	{file: "rfc5118/ipv6-correct-abnf-2-colons.dat", want: []string{"200 OPTIONS"}, section: "5118 4.10"},
}
