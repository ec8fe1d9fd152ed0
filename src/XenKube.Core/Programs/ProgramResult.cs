namespace XenKube.Programs;

/// <summary>How a program of the host ended and what it said.</summary>
internal sealed record ProgramResult(string Path, IReadOnlyList<string> Arguments, int ExitCode, string Output, string Error)
{
    /// <summary>What it said on standard error, or else on standard output, in one line.</summary>
    public string Said => Printable.Of(string.Join("; ", (Error.Trim().Length > 0 ? Error : Output)
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)), 1000) is { Length: > 0 } text
            ? text : "it said nothing";

    /// <summary>The command as it was run.</summary>
    public override string ToString() => ExternalProgram.Line(Path, Arguments);
}
