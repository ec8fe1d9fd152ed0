using System.Management.Automation;
using XenKube.Commands.Completion;
using XenKube.Images;
using XenKube.Images.Signatures;

namespace XenKube.Commands.Images;

/// <summary>Lists the images of the store; with -Version, downloads and verifies what is missing.</summary>
[Cmdlet(VerbsCommon.Get, "CoreOSImage", SupportsShouldProcess = true, DefaultParameterSetName = VersionSet)]
[OutputType(typeof(CoreOSImage))]
public sealed class GetCoreOSImageCommand : ReleaseCommand
{
    private const string VersionSet = "Version";
    private const string InputObjectSet = "InputObject";

    /// <summary>
    /// Versions. One that is not in the store is downloaded; current is the channel's newest. With wildcards, only the store is searched.
    /// Default: all images in the store.
    /// </summary>
    [Parameter(Position = 0, ParameterSetName = VersionSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageVersionCompleter))]
    public string[] Version { get; set; } = ["*"];

    /// <summary>Versions, images of the store, or releases, as Find-CoreOSImage returns them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <summary>Accepts a downloaded image without checking its signature, with a warning.</summary>
    [Parameter]
    public SwitchParameter SkipVerification { get; set; }

    /// <summary>Searches only the store, and downloads nothing.</summary>
    [Parameter]
    public SwitchParameter Offline { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var store = new ImageStore(Directory.ImagesPath);
        var versions = new List<string>();
        if (InputObject is null)
        {
            versions.AddRange(Version);
        }
        else
        {
            Guard(InputObject.BaseObject, () => versions.AddRange(PipedObject.Elements(InputObject).Select(element =>
                ImageSelection.VersionOf(new PipedObject(element)) ?? throw ImageSelection.NotImage(new PipedObject(element)))));
        }
        foreach (var version in versions)
        {
            Guard(version, () => Write(store, version));
        }
    }

    private void Write(ImageStore store, string version)
    {
        if (Offline || WildcardPattern.ContainsWildcardCharacters(version) || store.Find(version) is not null)
        {
            WriteObject(ImageSelection.Select(store, version), enumerateCollection: true);
            return;
        }
        using var server = OpenServer(Directory.Settings.Mirror);
        var release = server.Resolve(version, StopToken);
        if (!Should($"Download {release.ImageUri} to {store.Directory}"))
        {
            return;
        }
        var download = RunWithProgress($"Getting {release}", (progress, token) =>
            new ImageDownloader(server, store, new TrustStore(Directory.KeysPath)).Download(release, SkipVerification, progress, token));
        WriteVerbose($"{download.Image.Path}: {Display.Size(download.Image.Size)} from {release.ImageUri}");
        foreach (var warning in download.Warnings)
        {
            WriteWarning(warning);
        }
        WriteObject(download.Image);
    }
}
