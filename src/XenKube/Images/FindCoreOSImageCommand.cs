using System.Management.Automation;

using XenKube.Images;

namespace XenKube.Commands.Images;

/// <summary>Lists the releases that a release server offers, newest first.</summary>
[Cmdlet(VerbsCommon.Find, "CoreOSImage")]
[Alias("Find-XenCoreOSImage")]
[OutputType(typeof(ImageRelease))]
public sealed class FindCoreOSImageCommand : ReleaseCommand
{
    /// <summary>Versions to look for. Wildcards are allowed; current is the channel's newest. Default: all that the server lists.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string Version { get; set; } = "*";

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(Version, () =>
    {
        using var server = OpenServer(Mirror());
        if (WildcardPattern.ContainsWildcardCharacters(Version))
        {
            var pattern = Wildcard.Of(Version);
            WriteObject(server.Find(StopToken).Where(release => pattern.IsMatch(release.Version)), enumerateCollection: true);
        }
        else
        {
            WriteObject(server.Resolve(Version, StopToken));
        }
    });

    // Looking around needs no XENDIR.
    private string? Mirror() =>
        !HasXenDir ? null : Directory.Settings.Mirror;
}
