package config

// CDR is the section [cdr]: the records of the calls.
type CDR struct {
	File string `koanf:"file" form:"optional path" doc:"File to which the record of each call is appended as one line of JSON; it is made when it is missing. Empty writes none."`
}

func defaultCDR() CDR { return CDR{} }
