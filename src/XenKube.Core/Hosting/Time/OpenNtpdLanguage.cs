using XenKube.Files;

namespace XenKube.Hosting.Time;

/// <summary>
/// ntpd.conf(5) of OpenNTPD, which answers everybody on the addresses that it is told to listen on, and sends nothing by itself.
/// </summary>
internal sealed class OpenNtpdLanguage : TimeLanguage
{
    /// <inheritdoc/>
    public override string[] Words(string line) => line.Split('#')[0].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc/>
    public override IEnumerable<string> Included(string[] words, string from, HostTree tree) => [];

    /// <inheritdoc/>
    public override TimeAnswer Answer(IReadOnlyList<TimeDirective> lines, ServedNetwork network) => new(
        lines.Any(line => line.Words is ["listen", "on", var place, ..]
            && (place is "*" or "0.0.0.0" || place == network.Dom0.ToString())), Broadcasts: true, null);
}
