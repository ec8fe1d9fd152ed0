using System.Diagnostics;

namespace XenKube.Programs;

/// <summary>Where one can hear of the programs that are run: each is an activity with the tags <c>line</c> and <c>exit</c>.</summary>
public static class ExternalPrograms
{
    /// <summary>Name of the source of the activities.</summary>
    public const string ActivitySourceName = "XenKube.Programs";

    /// <summary>
    /// The path of a program, searched in PATH and then where dom0 keeps its programs; null when it is missing. Root passes over programs
    /// that another user could have put there.
    /// </summary>
    /// <param name="name">The name of the program.</param>
    public static string? Find(string name) => ExternalProgram.Find(name);

    /// <summary>Starts a program, and reports by the id of the error why it cannot be started.</summary>
    /// <param name="start">Its path, arguments and environment.</param>
    /// <exception cref="OperationFailedException">It cannot be started; the id is that of the reason, for example
    /// <c>ProgramMissing</c>.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        ArgumentNullException.ThrowIfNull(start);
        return ProgramStart.Start(start, start.FileName);
    }

    internal static ActivitySource Activities { get; } = new(ActivitySourceName);
}
