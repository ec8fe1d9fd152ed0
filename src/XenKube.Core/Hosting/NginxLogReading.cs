using System.Globalization;

namespace XenKube.Hosting;

/// <summary>What was read of an access log.</summary>
/// <param name="Path">The log.</param>
/// <param name="Requests">The requests, oldest first.</param>
/// <param name="UnreadLines">Lines that no known format fits.</param>
/// <param name="FirstUnread">The first of them, from 1 in the part of the log that was read; 0 for none.</param>
/// <param name="Fault">Why lines cannot be read, where the configuration says it: a format without the time, say; empty for nothing
/// known.</param>
public sealed record NginxLogReading(string Path, IReadOnlyList<IgnitionRequest> Requests, int UnreadLines, int FirstUnread, string Fault)
{
    /// <summary>What could not be read, as a sentence; empty where all was.</summary>
    public string Problem => UnreadLines == 0 ? ""
        : string.Create(CultureInfo.InvariantCulture,
            $"{UnreadLines} lines of {Path} could not be read, the first is line {FirstUnread}: {(Fault.Length > 0 ? Fault : "they have none of the formats of nginx's configuration")}");

    /// <inheritdoc/>
    public override string ToString() => Problem.Length > 0 ? Problem : Path;
}
