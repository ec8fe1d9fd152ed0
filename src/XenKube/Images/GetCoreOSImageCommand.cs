using System.Management.Automation;
using XenKube.Commands.Completion;
using XenKube.Images;

namespace XenKube.Commands.Images;

/// <summary>Lists the images of the store; with -Version or -Channel, downloads and verifies what is missing.</summary>
[Cmdlet(VerbsCommon.Get, "CoreOSImage", SupportsShouldProcess = true, DefaultParameterSetName = VersionSet)]
[Alias("Get-XenCoreOSImage")]
[OutputType(typeof(CoreOSImage))]
public sealed class GetCoreOSImageCommand : ImageDownloadCommand
{
    private const string VersionSet = "Version";
    private const string InputObjectSet = "InputObject";

    /// <summary>
    /// Versions. One that is not in the store is downloaded; current is the channel's newest. With wildcards, only the store is searched.
    /// Default: with -Channel, current; else all images in the store, or those of -Distribution.
    /// </summary>
    [Parameter(Position = 0, ParameterSetName = VersionSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageVersionCompleter))]
    public string[]? Version { get; set; }

    /// <summary>Versions, images of the store, or releases, as Find-CoreOSImage returns them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <summary>Searches only the store, and downloads nothing.</summary>
    [Parameter]
    public SwitchParameter Offline { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var store = new ImageStore(Directory.ImagesPath);
        string[] usual = [IsGiven(nameof(Channel)) && !Offline ? ReleaseServer.CurrentVersion : "*"];
        foreach (var version in InputObject is null ? Version ?? usual : [])
        {
            Guard(version, () => Write(store, version, null));
        }
        foreach (var element in InputObject is null ? [] : PipedObject.Elements(InputObject))
        {
            Guard(element.BaseObject, () => Write(store, ImageSelection.VersionOf(new PipedObject(element))
                ?? throw ImageSelection.NotImage(new PipedObject(element)), element));
        }
    }

    private void Write(ImageStore store, string version, PSObject? piped)
    {
        // Two distributions may have a release of one number.
        var name = IsGiven(nameof(Distribution)) && ReleaseServer.IsVersion(version)
            ? $"{new ReleaseServerOptions { Distribution = Distribution }.Prefix}-{version}" : version;
        if (Offline || WildcardPattern.ContainsWildcardCharacters(version) || store.Find(name) is not null)
        {
            WriteObject(ImageSelection.Select(store, name).Where(image => !IsGiven(nameof(Distribution))
                || image.Distribution == Distribution), enumerateCollection: true);
            return;
        }
        Download(store, version, piped);
    }
}
