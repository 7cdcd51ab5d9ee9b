package sdp

import (
	"fmt"
	"strconv"

	"github.com/pion/sdp/v3"
)

// packetTime is what we send and ask for, in milliseconds.
const packetTime = "20"

// events are the RFC 4733 events we take: the keypad's sixteen, and flash.
const events = "0-16"

// describe makes our description of an audio stream that carries one of the codecs.
// Of m counts what is beside the codec: events, direction, rtcp-mux, rtcp-xr.
func describe(proto string, port uint16, codecs []Codec, m Media) *sdp.MediaDescription {
	event := telephoneEvent
	event.PayloadType = m.TelephoneEvent
	if m.HasTelephoneEvent {
		codecs = append(codecs[:len(codecs):len(codecs)], event)
	}
	d := &sdp.MediaDescription{MediaName: sdp.MediaName{
		Media: "audio", Port: sdp.RangedPort{Value: int(port)}, Protos: []string{proto},
	}}
	for _, c := range codecs {
		number := strconv.Itoa(int(c.PayloadType))
		d.MediaName.Formats = append(d.MediaName.Formats, number)
		d.Attributes = append(d.Attributes, sdp.NewAttribute("rtpmap", number+" "+c.String()))
	}
	if m.HasTelephoneEvent {
		number := strconv.Itoa(int(event.PayloadType))
		d.Attributes = append(d.Attributes, sdp.NewAttribute("fmtp", number+" "+events))
	}
	if m.RTCPMux {
		d.Attributes = append(d.Attributes, sdp.NewPropertyAttribute(multiplex))
	}
	if m.VoIPMetrics {
		d.Attributes = append(d.Attributes, sdp.NewAttribute(extended, voipMetrics))
	}
	d.Attributes = append(d.Attributes, sdp.NewAttribute("ptime", packetTime), sdp.NewPropertyAttribute(m.Direction.String()))
	return d
}

// marshal writes a whole description of ours.
func marshal(local Local, timing sdp.Timing, media []*sdp.MediaDescription) []byte {
	addr := local.Address.Unmap().WithZone("")
	if !addr.IsValid() || addr.IsUnspecified() {
		panic(fmt.Sprintf("sdp: Local.Address %v is not a specified IP address", local.Address))
	}
	d := sdp.SessionDescription{
		Origin: sdp.Origin{
			Username: "pickup", SessionID: local.SessionID, SessionVersion: local.Version,
			NetworkType: "IN", AddressType: addressType(addr), UnicastAddress: addr.String(),
		},
		SessionName: "-",
		ConnectionInformation: &sdp.ConnectionInformation{
			NetworkType: "IN", AddressType: addressType(addr), Address: &sdp.Address{Address: addr.String()},
		},
		TimeDescriptions:  []sdp.TimeDescription{{Timing: timing}},
		MediaDescriptions: media,
	}
	body, err := d.Marshal()
	if err != nil {
		panic(fmt.Sprintf("sdp: marshalling our own description: %v", err))
	}
	return body
}
