using System.CommandLine;
using XenKube.Cli.Output;

namespace XenKube.Cli.Commands;

/// <summary>
/// One run of a command line with its streams. The commands are the same for all runs of a process, and do not know the streams.
/// </summary>
internal sealed class TerminalInvocation : InvocationConfiguration
{
    private readonly Terminal _terminal;

    /// <summary>Prepares a run.</summary>
    /// <param name="terminal">The streams.</param>
    public TerminalInvocation(Terminal terminal)
    {
        _terminal = terminal;
        Output = terminal.Out;
        Error = terminal.Error;
        EnableDefaultExceptionHandler = false;
    }

    /// <summary>The streams of the run that a command line is part of.</summary>
    /// <param name="words">The command line.</param>
    public static Terminal TerminalOf(ParseResult words) => ((TerminalInvocation)words.InvocationConfiguration)._terminal;
}
