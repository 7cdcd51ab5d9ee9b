package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"pickup/codec"
	"pickup/codec/render"
	"pickup/config"
	"pickup/engine"
)

// renderFlags are the flags of the command render.
type renderFlags struct {
	codec, stage, plot string
	json               bool
}

func newRender() *cobra.Command {
	command := &cobra.Command{
		Use:   "render IN OUT",
		Short: "Write what a caller will hear to a file, with a report",
		Long: `Render prepares IN as serve does and writes what a caller hears of it, once through, after
encoding and decoding. No call is made.

IN is anything that audio.source can be: an MP3 or WAV file, a URL, builtin, tone:440,
milliwatt, silence. OUT is a WAV file (.wav), or what is sent: mu-law (.ul), A-law (.al)
or G.722 (.g722) without a header. "-" writes a WAV to standard output, and the report
to standard error.`,
		Example: `  pickup render song.mp3 heard.wav --plot song.png
  pickup render builtin heard.wav --stage bandpass
  pickup render song.mp3 - --json >heard.wav 2>report.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("render needs two names, a source and a file: pickup render IN OUT; got %d", len(args))
			}
			return nil
		},
	}
	from := addSources(command)
	var flags renderFlags
	command.Flags().StringVar(&flags.codec, "codec", "", "PCMU, PCMA or G722 (default: that of OUT, or the first of media.preferred_codecs)")
	command.Flags().StringVar(&flags.stage, "stage", "", "write the signal behind this `stage` of the preparation instead")
	command.Flags().StringVar(&flags.plot, "plot", "", "draw waveform, gain reduction and spectrum into this PNG `file`")
	command.Flags().BoolVar(&flags.json, "json", false, "print the report as JSON")
	command.RunE = func(c *cobra.Command, args []string) error {
		from.set = append(from.set, "audio.source="+args[0])
		settings, err := from.load()
		if err != nil {
			return err
		}
		return renderTo(c, settings, args[1], flags)
	}
	return command
}

// renderTo renders the source of the configuration to the file out.
func renderTo(c *cobra.Command, settings *config.Config, out string, flags renderFlags) error {
	target, err := newTarget(out, flags, settings.Media.PreferredCodecs)
	if err != nil {
		return err
	}
	for _, path := range []string{out, flags.plot} {
		if err := checkWritable(path, settings.Audio.Source); err != nil {
			return err
		}
	}
	if out == standardOutput && c.OutOrStdout() == os.Stdout && isatty.IsTerminal(os.Stdout.Fd()) {
		return errors.New("standard output is a terminal: lead the WAV into a file or a program, or name a file in place of -")
	}
	result, err := renderSource(c.Context(), settings, target.format, flags, renderProgress(c, out))
	if err != nil {
		return err
	}
	if beyond := result.Stage.Beyond(); beyond > 0 {
		result.Report.Notes = append(result.Report.Notes,
			fmt.Sprintf("stage %s: %d samples beyond full scale are clipped in the file", flags.stage, beyond))
	}
	if err := target.write(c.OutOrStdout(), result); err != nil {
		return err
	}
	if flags.plot != "" {
		if err := writeTo(flags.plot, func(w io.Writer) error { return drawRendering(w, result) }); err != nil {
			return err
		}
	}
	return report(c, out, flags, result.Report)
}

// renderProgress shows progress on standard error, but no lines of it where the report goes there.
func renderProgress(c *cobra.Command, out string) *progress {
	p := newProgress(c.ErrOrStderr())
	if out == standardOutput && !p.terminal {
		p.w = io.Discard
	}
	return p
}

// report prints the report, to standard error where the audio goes to standard output.
func report(c *cobra.Command, out string, flags renderFlags, r render.Report) error {
	w := c.OutOrStdout()
	if out == standardOutput {
		w = c.ErrOrStderr()
	}
	if flags.json {
		return printJSON(w, r)
	}
	return printTable(w, r)
}

// renderSource prepares the source of the configuration in the format and shows how far it is.
func renderSource(ctx context.Context, settings *config.Config, format codec.Format, flags renderFlags, progress *progress) (*render.Result, error) {
	defer progress.finish()
	var note string
	source := engine.Source{
		Name:         settings.Audio.Source,
		CacheDir:     settings.Audio.CacheDir,
		AllowPrivate: settings.Audio.AllowPrivateNetworks,
		Progress:     progress.bytes("downloading"),
	}
	result, err := render.Render(ctx, func(ctx context.Context, o codec.Options) (prompt *codec.Prompt, err error) {
		prompt, note, err = source.Load(ctx, o)
		return prompt, err
	}, render.Options{
		Audio:    engine.AudioOptions(settings),
		Format:   format,
		Stage:    flags.stage,
		Plot:     flags.plot != "",
		Progress: progress.steps("rendering"),
	})
	if err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	if note != "" {
		result.Report.Notes = append(result.Report.Notes, note)
	}
	return result, nil
}
