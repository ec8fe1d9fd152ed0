using XenKube.Programs;

namespace XenKube.Hosting;

/// <summary>
/// How the host's programs are run: each with a time limit, and an error that says what to do when it hangs or is missing.
/// </summary>
internal sealed record HostPrograms
{
    /// <summary>Those of this host.</summary>
    public static HostPrograms Usual { get; } = new();

    /// <summary>The folder they are in; null for PATH.</summary>
    public string? Folder { get; init; }

    /// <summary>A limit in place of each program's own; null for those.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Runs one to its end.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="timeLimit">After this long it is stopped.</param>
    /// <param name="whenMissing">What to do when it is not installed.</param>
    /// <param name="whenHanging">What to do when it does not end.</param>
    /// <param name="input">What it reads on standard input.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ProgramResult Run(string name, IReadOnlyList<string> arguments, TimeSpan timeLimit, Remedy whenMissing, Remedy whenHanging,
        byte[]? input = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return ExternalProgram.Run(Folder is null ? name : Path.Combine(Folder, name), arguments, TimeLimit
                ?? timeLimit, input, cancellationToken: cancellationToken);
        }
        catch (OperationFailedException e) when (e.Id == ErrorIds.ProgramMissing || e.Id == ErrorIds.ProgramTimeout)
        {
            var isMissing = e.Id == ErrorIds.ProgramMissing;
            throw new OperationFailedException(
                isMissing ? ErrorIds.ProgramMissing : ErrorIds.ProgramTimeout, e.File, e.Place, e.Reason, isMissing
                    ? whenMissing : whenHanging, e);
        }
    }
}
